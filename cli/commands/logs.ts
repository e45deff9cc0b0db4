import { Args, Flags } from '@oclif/core'
import { OrkCommand } from '../base'

export default class Logs extends OrkCommand {
  static override summary = 'Show what an instance has written'
  static override description =
    'On a terminal only colours get through; through a pipe lines come as they were written, stderr as stderr, with ' +
    'U+FFFD for what is no UTF-8.'
  static override examples = [
    '<%= config.bin %> logs web.api.0 --tail 20',
    '<%= config.bin %> logs web.api.0 --follow',
    {
      description: 'What the attempt before the last restart wrote',
      command: '<%= config.bin %> logs web.api.0 --attempt 2',
    },
  ]
  static override args = { id: Args.string({ description: 'Instance: job.task.index', required: true }) }
  static override flags = {
    follow: Flags.boolean({
      default: false,
      char: 'f',
      description: 'Go on with what it writes, until it ends or Ctrl-C',
    }),
    tail: Flags.integer({ char: 'n', description: 'Only the last lines', helpValue: 'N', min: 0 }),
    attempt: Flags.integer({ description: 'Of this attempt instead of the last', helpValue: 'N', min: 1 }),
  }

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Logs)
    const id = this.instanceId(args.id)
    const signal = this.interruptible()
    const connection = await this.connect(flags)
    const { showLogs } = await import('../show/logs.js')
    const { follow, tail = null, attempt = null, json } = flags
    await showLogs(connection, { id, follow, tail, attempt }, { json, out: this.out, signal })
  }
}

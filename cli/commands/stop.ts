import { Flags } from '@oclif/core'
import { OrkCommand } from '../base'
import { jobArg, reasonFlag } from '../flags'

export default class Stop extends OrkCommand {
  static override summary = 'Stop a job and show how its instances end'
  static override description =
    'Ctrl-C ends the watching, not the stop. Containers that have stopped are removed, and what they wrote with them: read ' +
    'it first with `ork logs`, or have their `log` driver send it elsewhere. What the job was stays in the log, and with ' +
    '--purge nowhere else: `ork jobs` no longer lists it, and a submit of its name goes on with the next version.'
  static override examples = [
    '<%= config.bin %> stop web',
    '<%= config.bin %> stop web --detach --reason "moved to the new site"',
    { description: 'Also a job that has ended long ago', command: '<%= config.bin %> stop web --purge' },
  ]
  static override args = { job: jobArg }
  static override flags = {
    detach: Flags.boolean({ default: false, char: 'd', description: 'Return as soon as the stop is accepted' }),
    purge: Flags.boolean({ default: false, description: 'Forget the job once it has stopped, but for its history' }),
    reason: reasonFlag,
  }

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Stop)
    const job = this.name('job', args.job)
    const signal = this.interruptible()
    const connection = await this.connect(flags)
    const { stopJob } = await import('../show/stop.js')
    const { json, detach, purge, reason = null } = flags
    await stopJob(connection, job, { json, detach, purge, reason, signal, out: this.out })
  }
}

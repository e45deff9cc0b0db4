import { Flags } from '@oclif/core'
import { OrkCommand } from '../base'
import { pastFlags } from '../flags'

export default class Events extends OrkCommand {
  static override summary = 'Show what happened, and with --follow what happens'
  static override description =
    'One line an event, in the order of the log. With --json one CloudEvent a line, with its sequence.'
  static override examples = [
    { description: 'The whole history', command: '<%= config.bin %> events' },
    {
      description: 'One job, as it happens; nothing of the past',
      command: '<%= config.bin %> events --follow --from 0s --job web',
    },
    {
      description: 'What failed in the last hour',
      command: '<%= config.bin %> events --from 1h --type TaskFailed --type TaskLost',
    },
    { description: 'For programs', command: '<%= config.bin %> events --json --from 4711 | jq .type' },
  ]
  static override flags = {
    follow: Flags.boolean({
      default: false,
      char: 'f',
      description: 'Go on with what happens, until Ctrl-C',
      exclusive: ['to'],
    }),
    from: Flags.string({
      description: 'Start there: a sequence, a time with its zone, or how long ago',
      helpValue: 'SEQ|TIME',
      default: '1',
    }),
    to: Flags.string({ description: 'End there, included', helpValue: 'SEQ|TIME' }),
    job: Flags.string({ description: 'Only of this job', helpValue: 'JOB' }),
    task: Flags.string({ description: 'Only of this task or instance: api, web.api, web.api.0', helpValue: 'TASK' }),
    worker: Flags.string({ description: 'Only of this worker', helpValue: 'WORKER' }),
    type: Flags.string({
      description: 'Only of this type; may be repeated',
      helpValue: 'TYPE',
      multiple: true,
      multipleNonGreedy: true,
    }),
    ...pastFlags,
    heartbeats: Flags.boolean({
      default: false,
      description: "Workers' signs of life between the events (kept for an hour)",
    }),
  }

  async run(): Promise<void> {
    const { flags } = await this.parse(Events)
    const { planEvents, showEvents } = await import('../show/events.js')
    const plan = planEvents(flags, Date.now())
    const signal = this.interruptible()
    const connection = await this.openPast(flags)
    await showEvents(connection.log, plan, { json: flags.json, out: this.out, signal })
  }
}

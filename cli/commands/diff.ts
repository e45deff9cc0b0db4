import { Args } from '@oclif/core'
import { OrkCommand, pastFlags } from '../base'

export default class Diff extends OrkCommand {
  static override summary = 'Say what changed in the cluster between two moments'
  static override description =
    'Jobs and their versions, instances, workers, policy and leaders: folded from the log to both moments and compared. ' +
    'A moment is a sequence, a time with its zone, or how long ago.'
  static override examples = [
    { description: 'In the last hour', command: '<%= config.bin %> diff 1h' },
    { description: 'Between two sequences', command: '<%= config.bin %> diff 4711 4790' },
    {
      description: 'For programs',
      command: '<%= config.bin %> diff 2026-01-31T12:00:00Z 5m --json | jq .jobs',
    },
  ]
  static override args = {
    from: Args.string({ description: 'The earlier moment: SEQ|TIME', required: true }),
    to: Args.string({ description: 'The later one; now when absent' }),
  }
  static override flags = { ...pastFlags }

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Diff)
    const { parsePoint } = await import('../client/point.js')
    const { usable } = await import('../show/events.js')
    const now = Date.now()
    const from = usable(parsePoint(args.from, now, 'the earlier moment'))
    const to =
      args.to === undefined ? { seq: Number.MAX_SAFE_INTEGER } : usable(parsePoint(args.to, now, 'the later moment'))
    const signal = this.interruptible()
    const connection = await this.openPast(flags)
    const { diff } = await import('../show/diff.js')
    const changes = await diff(connection, [from, to], signal)
    if (flags.json) return this.printJson(changes)
    const { renderChanges } = await import('../render/changes.js')
    await this.print(renderChanges(changes, this.look()))
  }
}

import { Args, Flags } from '@oclif/core'
import { OrkCommand } from '../base'

export default class Stats extends OrkCommand {
  static override summary = 'Show what containers use: CPU, memory, network'
  static override description =
    'As their engines measure it now; of a worker that does not answer, as its last sign of life said. CPU is of one processor.'
  static override examples = [
    '<%= config.bin %> stats',
    '<%= config.bin %> stats web.api.0 --follow',
    '<%= config.bin %> stats --json | jq .memoryBytes',
  ]
  static override args = { id: Args.string({ description: 'Instance: job.task.index; all without it' }) }
  static override flags = {
    follow: Flags.boolean({ default: false, char: 'f', description: 'Measure again every 2 s, until Ctrl-C' }),
  }

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Stats)
    const id = args.id === undefined ? null : this.instanceId(args.id)
    const signal = this.interruptible()
    const connection = await this.connect(flags)
    const { showStats } = await import('../show/stats.js')
    await showStats(connection, { id, follow: flags.follow }, { json: flags.json, out: this.out, signal })
  }
}

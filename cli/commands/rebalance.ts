import { Flags } from '@oclif/core'
import { OrkCommand } from '../base'

export default class Rebalance extends OrkCommand {
  static override summary = 'Move what would be better elsewhere'
  static override description =
    'Services are moved where that lowers what the workers cost by the score of the policy, each by the `update` of its task: ' +
    'with `start-first` it is healthy there before it stops here. What would gain little, batch work, jobs that are being ' +
    'updated or name a policy of their own, and what has host ports, volumes or devices stay. Nothing moves unless it is asked for. With --plan it ' +
    'only says what would move, and ends with 1 if anything would.'
  static override examples = [
    { description: 'What would move, and what is gained by it', command: '<%= config.bin %> rebalance --plan' },
    '<%= config.bin %> rebalance --max 10 --reason "w4 has joined"',
  ]
  static override flags = {
    plan: Flags.boolean({ default: false, description: 'Only say what would move; 0: nothing, 1: something' }),
    max: Flags.integer({
      default: 100,
      description: 'Most instances to move, those that gain most first',
      helpValue: 'N',
      min: 1,
      max: 1_000,
    }),
    detach: Flags.boolean({
      default: false,
      char: 'd',
      description: 'Return as soon as the moves are accepted',
      exclusive: ['plan'],
    }),
    reason: Flags.string({ description: 'Why, for the log', helpValue: 'TEXT', exclusive: ['plan'] }),
  }

  async run(): Promise<void> {
    const { flags } = await this.parse(Rebalance)
    const signal = this.interruptible()
    const connection = await this.connect(flags)
    const { rebalance } = await import('../show/rebalance.js')
    const { json, plan, max, detach, reason = null } = flags
    const found = await rebalance(connection, { json, plan, max, detach, reason, signal, out: this.out })
    if (plan && found > 0) process.exitCode = 1
  }
}

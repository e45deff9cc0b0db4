import { Flags } from '@oclif/core'
import { OrkCommand } from '../base'
import { instanceArg, pastFlags } from '../flags'

export default class WhyCommand extends OrkCommand {
  static override summary = 'Say why an instance is where it is, why not elsewhere, and how it came to that'
  static override description =
    'For any attempt there ever was, from the log alone: the decision that placed it is made again, on what was known ' +
    "then and with the scheduler's own code, and held against what was decided. For an instance that waits: each worker's " +
    'refusal now, and what would have to change. For its beginning and its end the chain of causes, back to who or what ' +
    'began it.'
  static override examples = [
    '<%= config.bin %> why web.api.0',
    { description: 'An attempt of the past', command: '<%= config.bin %> why web.api.0 --attempt 2' },
    {
      description: 'For programs',
      command: '<%= config.bin %> why web.api.0 --json | jq .decision.recomputed.workers',
    },
  ]
  static override args = { id: instanceArg }
  static override flags = {
    attempt: Flags.integer({ description: 'This attempt, not the last one', helpValue: 'N', min: 1 }),
    ...pastFlags,
  }

  async run(): Promise<void> {
    const { args, flags } = await this.parse(WhyCommand)
    const ref = this.instanceRef(args.id)
    const signal = this.interruptible()
    const connection = await this.openPast(flags)
    const { why } = await import('../why/why.js')
    const { renderWhy, whyJson } = await import('../render/why.js')
    const answer = await why(connection, ref, { attempt: flags.attempt, signal })
    if (flags.json) return this.printJson(whyJson(answer))
    await this.print(renderWhy(answer, this.look()))
  }
}

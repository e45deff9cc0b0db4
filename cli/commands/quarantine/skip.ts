import { Flags } from '@oclif/core'
import { OrkCommand } from '../../base'
import { sequenceArg } from '../../flags'

export default class QuarantineSkip extends OrkCommand {
  static override summary = 'Have decisions go on without what cannot be read'
  static override description =
    'Takes the job, instance or worker that the event belongs to out of quarantine, with all that cannot be read of it so ' +
    'far. Who did so and why stays in the log. Nothing is deleted: a later release that can read the event will take it ' +
    'into account.'
  static override examples = [
    '<%= config.bin %> quarantine skip 4711 --reason "written by a release that was taken back"',
  ]
  static override args = { sequence: sequenceArg }
  static override flags = {
    reason: Flags.string({ description: 'Why, for the log', helpValue: 'TEXT', required: true }),
  }

  async run(): Promise<void> {
    const { args, flags } = await this.parse(QuarantineSkip)
    const sequence = this.sequence(args.sequence)
    const connection = await this.connect(flags)
    const { skip } = await import('../../show/quarantine.js')
    const { whoAmI } = await import('../../show/submit.js')
    const { escapeText } = await import('../../render/escape.js')
    const { reply, said } = await skip(connection, sequence, flags.reason, whoAmI())
    if (flags.json) return this.printJson(reply)
    await this.print(escapeText(said))
  }
}

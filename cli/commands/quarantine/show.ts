import { OrkCommand } from '../../base'
import { sequenceArg } from '../../flags'

export default class QuarantineShow extends OrkCommand {
  static override summary = 'Show a message of the log as it is stored, and why it cannot be read'
  static override examples = [
    '<%= config.bin %> quarantine show 4711',
    { description: 'Its text alone', command: '<%= config.bin %> quarantine show 4711 --json | jq -r .text' },
  ]
  static override args = { sequence: sequenceArg }

  async run(): Promise<void> {
    const { args, flags } = await this.parse(QuarantineShow)
    const sequence = this.sequence(args.sequence)
    const connection = await this.connect(flags)
    const { examine, examinedJson } = await import('../../show/quarantine.js')
    const examined = await examine(connection, sequence)
    if (flags.json) return this.printJson(examinedJson(examined))
    const { renderMessage } = await import('../../render/quarantine.js')
    await this.print(renderMessage(examined, this.look()))
  }
}

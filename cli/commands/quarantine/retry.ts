import { OrkCommand } from '../../base'
import { sequenceArg } from '../../flags'

export default class QuarantineRetry extends OrkCommand {
  static override summary = 'Say whether an event that could not be read can be by now'
  static override description =
    'Reads the event anew, with this release, and asks the running services whether they still hold it. What a newer ' +
    'release reads leaves the quarantine by itself when the services run that release: they take the event into account ' +
    'at its place in the log. Exits with 0 when all read it, else with 1.'
  static override examples = ['<%= config.bin %> quarantine retry 4711']
  static override args = { sequence: sequenceArg }

  async run(): Promise<void> {
    const { args, flags } = await this.parse(QuarantineRetry)
    const sequence = this.sequence(args.sequence)
    const connection = await this.connect(flags)
    const { examine, examinedJson, retried } = await import('../../show/quarantine.js')
    const { escapeText } = await import('../../render/escape.js')
    const examined = await examine(connection, sequence)
    const said = retried(examined)
    if (flags.json) return this.printJson(examinedJson(examined))
    await this.print(escapeText(said))
  }
}

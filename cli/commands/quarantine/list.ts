import { OrkCommand } from '../../base'

export default class QuarantineList extends OrkCommand {
  static override summary = 'List what cannot be read of the log, and what is held back because of it'
  static override description =
    'An event that this release cannot read stops nothing but the decisions about what it belongs to: a job, an instance ' +
    'or a worker. Each such thing is one line, named by the sequence of its first event that cannot be read.'
  static override examples = [
    '<%= config.bin %> quarantine list',
    '<%= config.bin %> quarantine list --json | jq .aggregate',
  ]

  async run(): Promise<void> {
    const { flags } = await this.parse(QuarantineList)
    const { list } = await import('../../client/call.js')
    const { items } = await list(await this.connect(flags), 'quarantine', {})
    if (flags.json) return this.printJson(...items)
    const { renderQuarantined } = await import('../../render/quarantine.js')
    await this.print(renderQuarantined(items, this.look()))
  }
}

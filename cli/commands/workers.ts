import { OrkCommand } from '../base'

export default class Workers extends OrkCommand {
  static override summary = 'List the workers, with what they have promised of what they have'
  static override examples = ['<%= config.bin %> workers', '<%= config.bin %> workers --json | jq .reserved']

  async run(): Promise<void> {
    const { flags } = await this.parse(Workers)
    const { list } = await import('../client/call.js')
    const { items } = await list(await this.connect(flags), 'workers', {})
    if (flags.json) return this.printJson(...items)
    const { renderWorkers } = await import('../render/worker.js')
    await this.print(renderWorkers(items, this.look()))
  }
}

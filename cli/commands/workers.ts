import { Flags } from '@oclif/core'
import { OrkCommand } from '../base'

export default class Workers extends OrkCommand {
  static override summary = 'List the workers, with what they have promised of what they have'
  static override description =
    'Those that were given up by `ork forget` and have not come back are listed with `--all` alone.'
  static override examples = ['<%= config.bin %> workers', '<%= config.bin %> workers --json | jq .reserved']
  static override flags = {
    all: Flags.boolean({ default: false, char: 'a', description: 'Also those that were given up' }),
  }

  async run(): Promise<void> {
    const { flags } = await this.parse(Workers)
    const { list } = await import('../client/call.js')
    const { items } = await list(await this.connect(flags), 'workers', {})
    const { listed, renderWorkers } = await import('../render/worker.js')
    const workers = listed(items, flags.all)
    if (flags.json) return this.printJson(...workers)
    await this.print(renderWorkers(workers, this.look()))
  }
}

import { Args } from '@oclif/core'
import { OrkCommand } from '../../base'

export default class SnapshotRemove extends OrkCommand {
  static override summary = 'Remove a snapshot'
  static override description =
    'For one that says that the log has lost events, when that loss is to be lived with: services then start from an ' +
    'older one, or from the first event.'
  static override examples = ['<%= config.bin %> snapshot remove cluster-v1-0']
  static override args = { name: Args.string({ description: 'As `ork snapshot list` names it', required: true }) }

  async run(): Promise<void> {
    const { args, flags } = await this.parse(SnapshotRemove)
    const connection = await this.connect(flags)
    const { remove } = await import('../../show/snapshot.js')
    await remove(connection, args.name)
    if (flags.json) return this.printJson({ removed: args.name })
    await this.print(`snapshot ${args.name} is gone`)
  }
}

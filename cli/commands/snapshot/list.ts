import { OrkCommand } from '../../base'
import { ExitCode } from '../../failure'

export default class SnapshotList extends OrkCommand {
  static override summary = 'List the snapshots that services start from, each read and checked'
  static override description =
    'The leading manager takes one every 50,000 events or ten minutes, and when it is stopped; the newest three are kept. ' +
    'Exits with 1 when one of them cannot be used.'
  static override examples = [
    '<%= config.bin %> snapshot list',
    `<%= config.bin %> snapshot list --json | jq 'select(.problem != null)'`,
  ]

  async run(): Promise<void> {
    const { flags } = await this.parse(SnapshotList)
    const connection = await this.connect(flags)
    const { checkAll } = await import('../../show/snapshot.js')
    const found = await checkAll(connection)
    const { renderSnapshots, snapshotJson } = await import('../../render/snapshots.js')
    if (flags.json) await this.printJson(...found.map(snapshotJson))
    else await this.print(renderSnapshots(found, this.look()))
    if (found.some(({ problem }) => problem !== null)) process.exitCode = ExitCode.Failed
  }
}

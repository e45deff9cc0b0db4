import { OrkCommand } from '../../base'
import { archiveFlag } from '../../flags'

export default class SnapshotTake extends OrkCommand {
  static override summary = 'Take a snapshot now'
  static override description =
    'Folds what came after the newest one and stores the result. Where none can be used and the beginning of the log is ' +
    'in an archive, --archive gives it back: also after an update of ork that folds differently.'
  static override examples = ['<%= config.bin %> snapshot take', '<%= config.bin %> snapshot take --archive /srv/ork']
  static override flags = { archive: archiveFlag }

  async run(): Promise<void> {
    const { flags } = await this.parse(SnapshotTake)
    const signal = this.interruptible()
    const connection = await this.connect(flags)
    const { take } = await import('../../show/snapshot.js')
    const seq = await take(connection, flags.archive, signal)
    if (flags.json) return this.printJson({ seq })
    await this.print(`services start from sequence ${seq} on`)
  }
}

import { Flags } from '@oclif/core'
import { OrkCommand } from '../../base'

export default class Archive extends OrkCommand {
  static override summary = 'Move the past of the log into files'
  static override description =
    'Writes events as gzipped lines of JSON, with a chain of SHA-256 over all files, reads everything back, and proves by ' +
    'folding it that it leads to the snapshot that services start from; only then the events are removed from the log. ' +
    'At most what lies before the oldest of the snapshots is moved. Run it again to continue; keep copies of the folder. ' +
    'It needs the rights of a manager.'
  static override examples = [
    '<%= config.bin %> archive --dir /srv/ork-archive',
    {
      description: 'Keep a month in the log',
      command: '<%= config.bin %> archive --dir /srv/ork-archive --before 720h',
    },
    { description: 'Read on as ever', command: '<%= config.bin %> events --archive /srv/ork-archive' },
  ]
  static override flags = {
    dir: Flags.string({ description: 'Folder of the archive; made if missing', helpValue: 'DIR', required: true }),
    before: Flags.string({
      description: 'Move only what is before: a sequence, a time with its zone, or how long ago',
      helpValue: 'SEQ|TIME',
    }),
  }

  async run(): Promise<void> {
    const { flags } = await this.parse(Archive)
    const { parsePoint } = await import('../../client/point.js')
    const { usable } = await import('../../show/events.js')
    const before = flags.before === undefined ? undefined : usable(parsePoint(flags.before, Date.now(), '--before'))
    const signal = this.interruptible()
    const connection = await this.connect(flags)
    const { archive, archivedText } = await import('../../show/archive.js')
    const done = await archive(connection, { dir: flags.dir, before, signal })
    if (flags.json) return this.printJson(done)
    await this.print(archivedText(done))
  }
}

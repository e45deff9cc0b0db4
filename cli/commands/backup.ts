import { Args } from '@oclif/core'
import { OrkCommand } from '../base'

export default class Backup extends OrkCommand {
  static override summary = 'Save the whole cluster into a folder'
  static override description =
    'The log and the snapshots, as they are at this moment, while everything goes on: with their settings and every ' +
    'sequence, so that `ork restore` makes the same cluster of it. What `ork archive` has moved away is not in it: keep a ' +
    'copy of that folder too. It needs the rights of a manager.'
  static override examples = ['<%= config.bin %> backup /srv/backup/ork-2026-01-31']
  static override args = { dir: Args.string({ description: 'Folder that is not there yet', required: true }) }

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Backup)
    const { openBackups } = await import('../client/connect.js')
    const { backup, savedText } = await import('../show/backup.js')
    const saved = await this.closing(await openBackups(flags), (backups) => backup(backups, args.dir))
    if (flags.json) return this.printJson(saved)
    await this.print(savedText(saved))
  }
}

import { Args, Flags } from '@oclif/core'
import { OrkCommand } from '../base'

export default class Restore extends OrkCommand {
  static override summary = 'Make a cluster again of what `ork backup` has saved'
  static override description =
    'Into servers that hold no cluster of this prefix; stop its services first, and start them again afterwards: they go ' +
    'on where the backup ends, and workers adopt the containers that still run. Every file is checked before anything is ' +
    'written. It needs the rights of a manager.'
  static override examples = [
    '<%= config.bin %> restore /srv/backup/ork-2026-01-31',
    {
      description: 'What was kept on three servers, onto one',
      command: '<%= config.bin %> restore /srv/backup/ork-2026-01-31 --replicas 1',
    },
  ]
  static override args = { dir: Args.string({ description: 'Folder of the backup', required: true }) }
  static override flags = {
    replicas: Flags.integer({ description: 'Keep it on so many servers [default: as it was]', min: 1, max: 5 }),
  }

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Restore)
    const { openBackups } = await import('../client/connect.js')
    const { restore, restoredText } = await import('../show/backup.js')
    const restored = await this.closing(await openBackups(flags), (backups) =>
      restore(backups, args.dir, flags.replicas),
    )
    if (flags.json) return this.printJson(restored)
    await this.print(restoredText(restored))
  }
}

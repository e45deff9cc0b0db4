import { Flags } from '@oclif/core'
import { OrkCommand } from '../base'

export default class Prune extends OrkCommand {
  static override summary = 'Remove what no job has a use for any more'
  static override description =
    'Containers that have ended and are kept for their logs, and images of versions and jobs that are over; with `--volumes` ' +
    'named volumes of jobs that are over, with what is in them, those of purged jobs, too. Shows what would go; with ' +
    '`--yes` it goes. A volume that others than ork made is not touched, whatever jobs do with it.'
  static override examples = ['<%= config.bin %> prune', '<%= config.bin %> prune --worker w1 --volumes --yes']
  static override flags = {
    worker: Flags.string({ description: 'Only on this worker', helpValue: 'WORKER' }),
    volumes: Flags.boolean({ default: false, description: 'Named volumes, too' }),
    yes: Flags.boolean({ default: false, char: 'y', description: 'Remove it' }),
  }

  async run(): Promise<void> {
    const { flags } = await this.parse(Prune)
    const worker = flags.worker === undefined ? null : this.name('worker', flags.worker)
    const connection = await this.connect(flags)
    const { prune } = await import('../show/prune.js')
    await prune(connection, { worker, volumes: flags.volumes, yes: flags.yes, json: flags.json, out: this.out })
  }
}

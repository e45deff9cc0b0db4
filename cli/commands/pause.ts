import { OrkCommand } from '../base'
import { jobArg, reasonFlag } from '../flags'

export default class Pause extends OrkCommand {
  static override summary = 'Let the update of a job go no further'
  static override description = 'What was begun comes to its end; what was not replaced yet runs on.'
  static override examples = ['<%= config.bin %> pause web --reason "the database is slow"']
  static override args = { job: jobArg }
  static override flags = { reason: reasonFlag }

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Pause)
    const job = this.name('job', args.job)
    const connection = await this.connect(flags)
    const { steerUpdate } = await import('../show/change.js')
    const { json, reason = null } = flags
    await steerUpdate(connection, 'pause', job, { json, reason, out: this.out })
  }
}

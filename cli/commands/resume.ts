import { OrkCommand } from '../base'
import { jobArg, reasonFlag } from '../flags'

export default class Resume extends OrkCommand {
  static override summary = 'Let a paused update of a job go on'
  static override examples = ['<%= config.bin %> resume web']
  static override args = { job: jobArg }
  static override flags = { reason: reasonFlag }

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Resume)
    const job = this.name('job', args.job)
    const connection = await this.connect(flags)
    const { steerUpdate } = await import('../show/change.js')
    const { json, reason = null } = flags
    await steerUpdate(connection, 'resume', job, { json, reason, out: this.out })
  }
}

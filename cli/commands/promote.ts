import { OrkCommand } from '../base'
import { jobArg, reasonFlag } from '../flags'

export default class Promote extends OrkCommand {
  static override summary = 'Find the canaries of an update good: the other instances follow'
  static override description =
    'The canaries are as many instances as the `update.canary` of a task says; they are replaced first.'
  static override examples = ['<%= config.bin %> promote web']
  static override args = { job: jobArg }
  static override flags = { reason: reasonFlag }

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Promote)
    const job = this.name('job', args.job)
    const connection = await this.connect(flags)
    const { steerUpdate } = await import('../show/change.js')
    const { json, reason = null } = flags
    await steerUpdate(connection, 'promote', job, { json, reason, out: this.out })
  }
}

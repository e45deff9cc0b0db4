import { Flags } from '@oclif/core'
import { OrkCommand } from '../base'
import { followFlags, jobArg, reasonFlag } from '../flags'

export default class Revert extends OrkCommand {
  static override summary = 'Go back to an earlier version of a job'
  static override description =
    'It becomes the next version of the job; instances that still are what it asks for stay as they are. Without --to it ' +
    'is the last version that was good before this one. Every version stays in the log.'
  static override examples = ['<%= config.bin %> revert web', '<%= config.bin %> revert web --to 3']
  static override args = { job: jobArg }
  static override flags = {
    to: Flags.integer({ description: 'The version to go back to', min: 1, helpValue: 'VERSION' }),
    reason: reasonFlag,
    ...followFlags,
  }

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Revert)
    const job = this.name('job', args.job)
    const signal = this.interruptible()
    const connection = await this.connect(flags)
    const { revertJob } = await import('../show/change.js')
    const { json, detach, wait, to = null, reason = null } = flags
    await revertJob(connection, job, to, { json, detach, wait, reason, signal, out: this.out })
  }
}

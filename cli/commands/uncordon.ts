import { OrkCommand } from '../base'
import { reasonFlag, workerArg } from '../flags'

export default class Uncordon extends OrkCommand {
  static override summary = 'Let a cordoned or drained worker take instances again'
  static override description = 'A drain that is under way ends with it; what has moved does not come back.'
  static override examples = ['<%= config.bin %> uncordon w1']
  static override args = { worker: workerArg }
  static override flags = {
    reason: reasonFlag,
  }

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Uncordon)
    const worker = this.name('worker', args.worker)
    const signal = this.interruptible()
    const connection = await this.connect(flags)
    const { setIntake } = await import('../show/intake.js')
    const { json, reason = null } = flags
    await setIntake(connection, 'uncordon', worker, {
      json,
      reason,
      deadlineMs: null,
      wait: false,
      signal,
      out: this.out,
    })
  }
}

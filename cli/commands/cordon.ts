import { OrkCommand } from '../base'
import { reasonFlag, workerArg } from '../flags'

export default class Cordon extends OrkCommand {
  static override summary = 'Place nothing new on a worker'
  static override description =
    'What runs there goes on. It stays so, through restarts of the worker, until `ork uncordon`.'
  static override examples = ['<%= config.bin %> cordon w1 --reason "a disk is failing"']
  static override args = { worker: workerArg }
  static override flags = {
    reason: reasonFlag,
  }

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Cordon)
    const worker = this.name('worker', args.worker)
    const signal = this.interruptible()
    const connection = await this.connect(flags)
    const { setIntake } = await import('../show/intake.js')
    const { json, reason = null } = flags
    await setIntake(connection, 'cordon', worker, {
      json,
      reason,
      deadlineMs: null,
      wait: false,
      signal,
      out: this.out,
    })
  }
}

import { Args } from '@oclif/core'
import { orkError } from '#libs/kernel'
import { OrkCommand } from '../base'
import { UsageFailure } from '../failure'
import { followFlags, reasonFlag } from '../flags'

export default class Restart extends OrkCommand {
  static override summary = 'Replace the containers of a job by new ones of the same version, a few at a time'
  static override description =
    'As an update does, by the `update` of each task: `start-first` starts the new one before the old one is stopped, and ' +
    'no more than `maxParallel` are down at once. A task (JOB.TASK) or an instance (JOB.TASK.INDEX) can be named. Instances ' +
    'that have failed, or that workers have turned down, are tried again.'
  static override examples = [
    '<%= config.bin %> restart web',
    { description: 'One task, and why', command: '<%= config.bin %> restart web.api --reason "new certificate"' },
    { description: 'One instance', command: '<%= config.bin %> restart web.api.0 --detach' },
  ]
  static override args = {
    what: Args.string({ description: 'JOB, JOB.TASK or JOB.TASK.INDEX', required: true }),
  }
  static override flags = {
    reason: reasonFlag,
    ...followFlags,
  }

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Restart)
    const [job = '', task = null, index = null, ...rest] = args.what.split('.')
    if (rest.length > 0 || (index !== null && !/^\d{1,6}$/.test(index))) {
      throw new UsageFailure(
        orkError('BadName', `"${args.what}" is not JOB, JOB.TASK or JOB.TASK.INDEX`, { next: 'for example web.api' }),
      )
    }
    this.name('job', job)
    if (task !== null) this.name('task', task)
    const signal = this.interruptible()
    const connection = await this.connect(flags)
    const { restartJob } = await import('../show/change.js')
    const { json, detach, wait, reason = null } = flags
    const what = { job, task, index: index === null ? null : Number(index) }
    await restartJob(connection, what, { json, detach, wait, reason, signal, out: this.out })
  }
}

import { Args } from '@oclif/core'
import { orkError } from '#libs/kernel'
import { OrkCommand } from '../base'
import { UsageFailure } from '../failure'
import { followFlags, reasonFlag } from '../flags'

export default class Scale extends OrkCommand {
  static override summary = 'Change how many instances of a task are wanted'
  static override description =
    'It becomes the next version of the job, and replaces nothing: instances come or go. The job file is not changed, ' +
    'so the next submit of it says how many are wanted again.'
  static override examples = [
    '<%= config.bin %> scale web.api 5',
    '<%= config.bin %> scale web.api 1 --reason "the sale is over"',
  ]
  static override args = {
    task: Args.string({ description: 'The task, as JOB.TASK', required: true }),
    replicas: Args.string({ description: 'How many instances, from 0', required: true }),
  }
  static override flags = {
    ...followFlags,
    reason: reasonFlag,
  }

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Scale)
    const [job = '', task = '', ...rest] = args.task.split('.')
    if (rest.length > 0 || task === '') {
      throw new UsageFailure(orkError('BadName', `"${args.task}" is not JOB.TASK`, { next: 'for example web.api' }))
    }
    this.name('job', job)
    this.name('task', task)
    const replicas = wholeNumber(args.replicas)
    const signal = this.interruptible()
    const connection = await this.connect(flags)
    const { scaleTask } = await import('../show/change.js')
    const { json, detach, wait, reason = null } = flags
    await scaleTask(connection, job, task, replicas, { json, detach, wait, reason, signal, out: this.out })
  }
}

/** An argument as a count; oclif's own integers would be told as a fault of ork, where an argument is none. */
const wholeNumber = (text: string): number => {
  if (/^\d{1,6}$/.test(text)) return Number(text)
  throw new UsageFailure(orkError('BadCount', `"${text}" is no number of instances`, { next: 'for example 5' }))
}

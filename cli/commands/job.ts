import { OrkCommand } from '../base'
import { jobArg } from '../flags'

export default class Job extends OrkCommand {
  static override summary = 'Show a job: its tasks, its instances, and why the pending ones are pending'
  static override examples = ['<%= config.bin %> job web', '<%= config.bin %> job web --json | jq .spec']
  static override args = { job: jobArg }

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Job)
    const name = this.name('job', args.job)
    const connection = await this.connect(flags)
    const { call, list } = await import('../client/call.js')
    const { explainPending } = await import('../client/explain.js')
    const job = await call(connection, 'job', { job: name })
    const { items } = await list(connection, 'tasks', { job: name })
    const explained = await explainPending(connection, items)
    if (flags.json) return this.printJson({ ...job, instances: items, pending: explained })
    const { renderJob } = await import('../render/job.js')
    await this.print(renderJob(job, items, explained, this.look()))
  }
}

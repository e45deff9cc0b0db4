import { Flags } from '@oclif/core'
import { INSTANCE_STATES } from '#libs/cluster'
import { OrkCommand } from '../base'

export default class Tasks extends OrkCommand {
  static override summary = 'List the instances of all tasks, or of one job'
  static override examples = [
    '<%= config.bin %> tasks',
    '<%= config.bin %> tasks --job web --state pending',
    '<%= config.bin %> tasks --json | jq -r .id',
  ]
  static override flags = {
    job: Flags.string({ description: 'Only of this job', helpValue: 'JOB' }),
    state: Flags.option({
      description: 'Only in this state; may be repeated',
      options: INSTANCE_STATES,
      multiple: true,
      multipleNonGreedy: true,
    })(),
  }

  async run(): Promise<void> {
    const { flags } = await this.parse(Tasks)
    const job = flags.job === undefined ? null : this.name('job', flags.job)
    const connection = await this.connect(flags)
    const { call, list } = await import('../client/call.js')
    if (job !== null) await call(connection, 'job', { job }) // a job that is not there is an error, not an empty list
    const { items } = await list(connection, 'tasks', { job })
    const wanted = new Set<string>(flags.state ?? INSTANCE_STATES)
    const instances = items.filter(({ state }) => wanted.has(state))
    if (flags.json) return this.printJson(...instances)
    const { renderInstances } = await import('../render/instance.js')
    await this.print(renderInstances(instances, this.look(), 'no instances'))
  }
}

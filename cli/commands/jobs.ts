import { OrkCommand } from '../base'

export default class Jobs extends OrkCommand {
  static override summary = 'List the jobs'
  static override examples = [
    '<%= config.bin %> jobs',
    '<%= config.bin %> jobs --json | jq -r \'select(.state == "running") | .name\'',
  ]

  async run(): Promise<void> {
    const { flags } = await this.parse(Jobs)
    const { list } = await import('../client/call.js')
    const { items } = await list(await this.connect(flags), 'jobs', {})
    if (flags.json) return this.printJson(...items)
    const { renderJobs } = await import('../render/job.js')
    await this.print(renderJobs(items, this.look()))
  }
}

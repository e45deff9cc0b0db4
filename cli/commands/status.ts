import { OrkCommand } from '../base'
import { ExitCode } from '../failure'

export default class Status extends OrkCommand {
  static override summary = 'Say whether the cluster is well, and if not, what to do'
  static override description = 'Exits with 0 when all is well and with 1 when something is not.'
  static override examples = ['<%= config.bin %> status', '<%= config.bin %> status --json | jq .problems']

  async run(): Promise<void> {
    const { flags } = await this.parse(Status)
    const connection = await this.connect(flags)
    const { askStatus } = await import('../client/status.js')
    const { problemsOf, renderStatus } = await import('../render/status.js')
    const status = await askStatus(connection)
    const problems = problemsOf(status)
    if (flags.json) await this.printJson({ well: problems.length === 0, problems, ...status })
    else await this.print(renderStatus(status, problems, this.look()))
    if (problems.length > 0) process.exitCode = ExitCode.Failed
  }
}

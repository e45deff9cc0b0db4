import { OrkCommand } from '../base'
import { ExitCode } from '../failure'

export default class Status extends OrkCommand {
  static override summary = 'Say whether the cluster is well, and if not, what to do'
  static override description =
    'Exits with 0 when all is well and with 1 when something is not. `ork doctor` shows all that was looked at.'
  static override examples = ['<%= config.bin %> status', '<%= config.bin %> status --json | jq .problems']

  async run(): Promise<void> {
    const { flags } = await this.parse(Status)
    const connection = await this.connect(flags, { patienceMs: 1_000 }) // what does not answer is a finding
    const [{ gatherFacts }, { diagnose, problemsIn }, { renderStatus }, { targetOf }] = await Promise.all([
      import('../doctor/gather.js'),
      import('../doctor/diagnose.js'),
      import('../render/status.js'),
      import('../client/connect.js'),
    ])
    const servers = targetOf(flags).shown
    const facts = await gatherFacts(connection, null)
    const problems = problemsIn(diagnose(facts))
    const well = problems.every(({ level }) => level !== 'bad')
    if (flags.json) await this.printJson({ well, servers, problems, services: facts.statuses, log: facts.log })
    else await this.print(renderStatus(facts, problems, servers, this.look()))
    if (!well) process.exitCode = ExitCode.Failed
  }
}

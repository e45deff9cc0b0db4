import { OrkCommand } from '../base'
import { ExitCode } from '../failure'

export default class Doctor extends OrkCommand {
  static override summary = 'Look at everything the cluster rests on, and say what to do where something is wrong'
  static override description =
    'The versions of the nats-servers, how the log is replicated, synced and how much room it has, who leads, who lags, ' +
    'whose clock is wrong, workers and engines that do not answer, events that cannot be read. Exits with 1 when ' +
    'something is bad.'
  static override examples = [
    '<%= config.bin %> doctor',
    {
      description: 'What is bad, for a script',
      command: `<%= config.bin %> doctor --json | jq 'select(.level == "bad")'`,
    },
  ]

  async run(): Promise<void> {
    const { flags } = await this.parse(Doctor)
    const connection = await this.connect(flags, { patienceMs: 1_000 }) // what does not answer is a finding
    const [{ gatherFacts }, { diagnose }, { renderFindings, renderVerdict }, { devDataDir }] = await Promise.all([
      import('../doctor/gather.js'),
      import('../doctor/diagnose.js'),
      import('../render/findings.js'),
      import('../client/endpoint.js'),
    ])
    const findings = diagnose(await gatherFacts(connection, flags.nats === undefined ? devDataDir() : null))
    if (flags.json) await this.printJson(...findings)
    else await this.print(`${renderFindings(findings, this.look())}\n\n${renderVerdict(findings, this.look())}`)
    if (findings.some(({ level }) => level === 'bad')) process.exitCode = ExitCode.Failed
  }
}

import { OrkCommand } from '../base'
import { ExitCode } from '../failure'
import { composeFlags, filesArg } from '../flags'

export default class Plan extends OrkCommand {
  static override summary = 'Show what submitting a job file would change, without changing anything'
  static override description =
    'Field by field against the version that runs; then each instance: created, replaced, stopped or kept, and on which ' +
    'worker it would land, or why on none. The code that decides is asked, on the log as it is now. ' +
    'Exits with 0 when nothing would change, 1 when something would, 2 on an error.'
  static override examples = [
    '<%= config.bin %> plan examples/web.yaml',
    {
      description: 'And then exactly this, unless somebody was quicker',
      command: '<%= config.bin %> submit examples/web.yaml --check-version 3',
    },
    { description: 'For programs', command: '<%= config.bin %> plan web.yaml --json | jq .instances' },
  ]
  static override args = {
    files: filesArg,
  }
  static override flags = { ...composeFlags }

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Plan)
    const { readJobs } = await import('../show/jobFile.js')
    const specs = await readJobs(args.files, { profiles: flags.profile, lenient: flags.lenient })
    const signal = this.interruptible()
    const connection = await this.connect(flags)
    const { plan } = await import('../show/plan.js')
    const plans = await plan(connection, specs, signal)
    if (flags.json) await this.printJson(...plans)
    else {
      const { renderPlans } = await import('../render/plan.js')
      const typed = [...args.files, ...(flags.profile ?? []).map((name) => `--profile ${name}`)]
      if (flags.lenient) typed.push('--lenient')
      await this.print(renderPlans(plans, typed.join(' '), this.look()))
    }
    if (plans.some(({ changed }) => changed)) process.exitCode = ExitCode.Failed
  }

  /** 1 says that something would change: what went wrong is told apart by 2. */
  override async catch(failure: Error): Promise<void> {
    await super.catch(failure)
    if (process.exitCode === ExitCode.Failed) process.exitCode = ExitCode.Usage
  }
}

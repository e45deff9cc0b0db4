import { Flags } from '@oclif/core'
import { orkError } from '#libs/kernel'
import { type CommonFlags, OrkCommand } from '../base'
import { UsageFailure } from '../failure'
import { composeFlags, filesArg, reasonFlag } from '../flags'
import { escapeText } from '../render/escape'

export default class Submit extends OrkCommand {
  static override summary = 'Submit a job file and show how the job comes up'
  static override description =
    'Returns when every instance runs (a batch job: has completed), with 0; with 1 when one failed, fits on no worker, ' +
    'or has not come up for the `progressDeadline` of its update (10 minutes); ' +
    'with 2 when the file is wrong. Ctrl-C ends the watching, not the job. The same file again changes nothing.'
  static override examples = [
    '<%= config.bin %> submit examples/web.yaml',
    {
      description: 'A Compose file, with the services of a profile',
      command: '<%= config.bin %> submit compose.yaml --profile debug',
    },
    {
      description: 'One Compose file over another, as `docker compose -f compose.yaml -f production.yaml` takes them',
      command: '<%= config.bin %> submit compose.yaml production.yaml',
    },
    { description: 'From another program', command: 'generate-job | <%= config.bin %> submit - --detach' },
    {
      description: 'However long it takes until there is room',
      command: '<%= config.bin %> submit examples/batch.yaml --wait',
    },
    {
      description: 'Only if nobody has changed it since it was looked at',
      command: '<%= config.bin %> submit examples/web.yaml --check-version 3 --reason "more memory"',
    },
  ]
  static override args = {
    files: filesArg,
  }
  static override flags = {
    detach: Flags.boolean({
      default: false,
      char: 'd',
      description: 'Return as soon as the job is accepted',
      exclusive: ['wait'],
    }),
    wait: Flags.boolean({
      default: false,
      description: 'Go on waiting when instances fit on no worker, or do not come up',
    }),
    'check-version': Flags.integer({
      description: 'Refuse unless the job is at this version; 0: unless there is none of this name',
      min: 0,
      helpValue: 'VERSION',
    }),
    reason: reasonFlag,
    ...composeFlags,
  }

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Submit)
    const [{ readJobs }, { submitJob }] = await Promise.all([import('../show/jobFile.js'), import('../show/submit.js')])
    const specs = await readJobs(args.files, { profiles: flags.profile, lenient: flags.lenient })
    const { json, detach, wait, reason = null, 'check-version': checkVersion = null } = flags
    if (checkVersion !== null && specs.length > 1) {
      const what = `--check-version is about one job, ${args.files.join(' ')} holds ${specs.length}`
      throw new UsageFailure(orkError('BadUsage', what, { next: '`ork convert` shows them, each as a file' }))
    }
    const signal = this.interruptible()
    const connection = await this.connect(flags)
    if (!flags.json) await this.sayWhichDev(flags)
    for (const spec of specs) {
      await submitJob(connection, spec, { json, detach, wait, checkVersion, reason, signal, out: this.out })
    }
  }

  /** Several `ork dev` may run, and which one was meant follows from the folder: said before a job is waited for. */
  private async sayWhichDev(flags: CommonFlags): Promise<void> {
    const [{ targetOf }, { stderr }] = await Promise.all([import('../client/connect.js'), import('../output.js')])
    const { shown, devDir } = targetOf(flags)
    if (devDir !== null) await stderr.write(`to the \`ork dev\` at ${shown}, in ${escapeText(devDir)}\n`)
  }
}

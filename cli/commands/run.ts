import { Flags } from '@oclif/core'
import { orkError } from '#libs/kernel'
import { OrkCommand } from '../base'
import { UsageFailure } from '../failure'
import { jobArg, reasonFlag } from '../flags'

export default class Run extends OrkCommand {
  static override summary = 'Run a cron job now, and show how it goes'
  static override description =
    'Returns when the run has completed, with 0, or has failed, with 1. Ctrl-C ends the watching, not the run. What is ' +
    'due by its schedule is not changed by it. Refused while another run is under way, unless its `overlap` allows it.'
  static override examples = [
    '<%= config.bin %> run nightly',
    {
      description: 'With parameters, which its tasks find in their environment',
      command: '<%= config.bin %> run nightly --param DAY=2026-03-01 --param LIMIT=10',
    },
  ]
  static override args = { job: jobArg }
  static override flags = {
    param: Flags.string({
      description: 'A parameter that the job declares',
      helpValue: 'NAME=VALUE',
      multiple: true,
      multipleNonGreedy: true,
    }),
    detach: Flags.boolean({ default: false, char: 'd', description: 'Return as soon as it has begun' }),
    reason: reasonFlag,
  }

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Run)
    this.name('job', args.job)
    const params = paramsOf(flags.param ?? [])
    const signal = this.interruptible()
    const connection = await this.connect(flags)
    const { runJob } = await import('../show/run.js')
    const { json, detach, reason = null } = flags
    await runJob(connection, args.job, { json, detach, params, reason, signal, out: this.out })
  }
}

const paramsOf = (pairs: readonly string[]): Readonly<Record<string, string>> =>
  Object.fromEntries(
    pairs.map((pair): [string, string] => {
      const [, name, value] = /^([A-Za-z_][A-Za-z0-9_.-]*)=(.*)$/s.exec(pair) ?? []
      if (name !== undefined && value !== undefined) return [name, value]
      throw new UsageFailure(
        orkError('BadParam', `"${pair}" is not NAME=VALUE`, { next: 'for example --param DAY=today' }),
      )
    }),
  )

import { Flags } from '@oclif/core'
import { OrkCommand } from '../base'
import { jobArg, pastFlags } from '../flags'

export default class History extends OrkCommand {
  static override summary = 'List every version of a job there ever was: who, when, what and why'
  static override description =
    'Read from the log, which keeps all of them, and with --archive from what was moved out of it. `ork diff JOB V1 V2` ' +
    'compares two, `ork revert JOB --to V` goes back to one.'
  static override examples = [
    '<%= config.bin %> history web',
    { description: 'The job file of a version', command: '<%= config.bin %> history web --show 3 > web.yaml' },
    { description: 'For programs: a version a line', command: '<%= config.bin %> history web --json | jq .reason' },
  ]
  static override args = { job: jobArg }
  static override flags = {
    ...pastFlags,
    show: Flags.integer({ description: 'Print the job file of this version', min: 1, helpValue: 'VERSION' }),
  }

  async run(): Promise<void> {
    const { args, flags } = await this.parse(History)
    const job = this.name('job', args.job)
    const connection = await this.openPast(flags)
    const { versionNumbered, versionsOf } = await import('../client/versions.js')
    const versions = await versionsOf(connection, job)
    if (flags.show !== undefined) {
      const one = versionNumbered(job, versions, flags.show)
      if (flags.json) return this.printJson(one)
      const { formatJobFile } = await import('#libs/spec')
      return this.print(formatJobFile(one.spec).trimEnd())
    }
    if (flags.json) return this.printJson(...versions.items)
    const { renderHistory } = await import('../render/history.js')
    await this.print(renderHistory(versions, this.look()))
  }
}

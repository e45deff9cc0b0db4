import { Args } from '@oclif/core'
import { isName, orkError } from '#libs/kernel'
import { type CommonFlags, OrkCommand } from '../base'
import { UsageFailure } from '../failure'
import { pastFlags } from '../flags'

export default class Diff extends OrkCommand {
  static override summary = 'Say what changed in the cluster between two moments, or in a job between two versions'
  static override description =
    'Jobs and their versions, instances, workers, policy and leaders: folded from the log to both moments and compared. ' +
    'A moment is a sequence, a time with its zone, or how long ago. Of a job and two of its versions (the current one when ' +
    'only one is named) the job files are compared, field by field.'
  static override usage = ['<%= command.id %> SEQ|TIME [SEQ|TIME]', '<%= command.id %> JOB V1 [V2]']
  static override examples = [
    { description: 'In the last hour', command: '<%= config.bin %> diff 1h' },
    { description: 'Between two sequences', command: '<%= config.bin %> diff 4711 4790' },
    { description: 'Between two versions of a job', command: '<%= config.bin %> diff web 3 5' },
    {
      description: 'For programs',
      command: '<%= config.bin %> diff 2026-01-31T12:00:00Z 5m --json | jq .jobs',
    },
  ]
  static override args = {
    from: Args.string({ description: 'The earlier moment: SEQ|TIME; or the name of a job', required: true }),
    to: Args.string({ description: 'The later one, now when absent; of a job the earlier version' }),
    version: Args.string({ description: 'Of a job: the later version; the current one when absent' }),
  }
  static override flags = { ...pastFlags }

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Diff)
    if (args.version !== undefined || (args.to !== undefined && isName(args.from) && !isMoment(args.from))) {
      return this.compareVersions(args.from, args.to ?? '', args.version, flags)
    }
    const { parsePoint } = await import('../client/point.js')
    const { usable } = await import('../show/events.js')
    const now = Date.now()
    const from = usable(parsePoint(args.from, now, 'the earlier moment'))
    const to =
      args.to === undefined ? { seq: Number.MAX_SAFE_INTEGER } : usable(parsePoint(args.to, now, 'the later moment'))
    const signal = this.interruptible()
    const connection = await this.openPast(flags)
    const { diff } = await import('../show/diff.js')
    const changes = await diff(connection, [from, to], signal)
    if (flags.json) return this.printJson(changes)
    const { renderChanges } = await import('../render/changes.js')
    await this.print(renderChanges(changes, this.look()))
  }

  private async compareVersions(
    job: string,
    from: string,
    to: string | undefined,
    flags: CommonFlags & { readonly archive: string | undefined; readonly bundle: string | undefined },
  ): Promise<void> {
    this.name('job', job)
    const numbers = [from, ...(to === undefined ? [] : [to])].map(versionNumber)
    const connection = await this.openPast(flags)
    const { versionNumbered, versionsOf } = await import('../client/versions.js')
    const { fieldChanges } = await import('../plan/fields.js')
    const versions = await versionsOf(connection, job)
    const last = versions.items.at(-1)?.version ?? 0
    const [before, after] = [numbers[0] ?? 0, numbers[1] ?? last].map((n) => versionNumbered(job, versions, n))
    const fields = fieldChanges(before?.spec ?? null, after?.spec ?? null)
    if (flags.json) return this.printJson({ job, from: before?.version, to: after?.version, fields })
    const { renderFields } = await import('../render/fields.js')
    const look = this.look()
    const head = `${look.colours.bold(job)} from version ${before?.version} to ${after?.version}`
    const lines = fields.length === 0 ? ['  no field differs'] : renderFields(fields, look)
    await this.print([head, ...lines].join('\n'))
  }
}

const versionNumber = (text: string): number => {
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text)
  const next = '`ork history JOB` lists the versions of a job'
  throw new UsageFailure(orkError('BadVersion', `"${text}" is no version of a job`, { next }))
}

/** A name may look like one, e.g. `1h`: then three arguments say that a job is meant. */
const isMoment = (text: string): boolean => /^\d+([a-z]+)?$/.test(text)

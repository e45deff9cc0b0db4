import * as E from 'fp-ts/Either'
import { shorthand } from '../container/shorthand'
import { MAX_DELAY_MS, MAX_KEPT_RUNS, MAX_PARAMS } from '../limits'
import { type CronSpec, DEFAULT_CRON, type JobKind } from '../model'
import { scheduleProblem } from '../schedule'
import {
  defaulted,
  type Finding,
  integer,
  list,
  matching,
  optional,
  record,
  refined,
  type Shape,
  struct,
  writtenText,
} from '../shapes'
import { ENV_NAME, overlapShape, SCHEDULE, TIME_ZONE } from '../words'
import { duration } from './units'

const fields = struct<CronSpec>('a map with `schedule`', {
  schedule: optional(matching(SCHEDULE.expected, SCHEDULE.pattern), {
    doc: 'Minute, hour, day of the month, month and weekday, as in a crontab; names of months and weekdays may stand there.',
    example: '*/5 * * * *',
    otherwise: 'it runs only when `ork run` asks for it',
    synonyms: ['cron', 'crons', 'expression'],
  }),
  timeZone: defaulted(matching(TIME_ZONE.expected, TIME_ZONE.pattern), DEFAULT_CRON.timeZone, {
    doc: 'IANA name of the time zone of the schedule. A time that a change of the clocks leaves out comes right after it; one that comes twice counts once.',
    example: 'Europe/Berlin',
    synonyms: ['time_zone', 'timezone', 'tz', 'zone'],
  }),
  overlap: defaulted(overlapShape, DEFAULT_CRON.overlap, {
    doc: 'What happens when it is time while a run is under way: both go on, the new one is skipped, or the old one is stopped for it.',
    example: 'replace',
    synonyms: ['concurrencypolicy', 'concurrency', 'prohibit_overlap'],
  }),
  catchUpMs: defaulted(duration({ min: 10_000, max: MAX_DELAY_MS }), DEFAULT_CRON.catchUpMs, {
    key: 'catchUp',
    doc: 'How late a run may be that was missed since no manager was there; of several that were missed the last is made up for.',
    example: '1h',
    unit: 'duration',
    synonyms: ['catch_up', 'catchup', 'startingdeadlineseconds'],
  }),
  keepRuns: defaulted(integer({ min: 1, max: MAX_KEPT_RUNS }), DEFAULT_CRON.keepRuns, {
    doc: 'How many runs that have ended are shown, and have their containers kept for `ork logs`. The log has all of them.',
    example: 10,
    synonyms: ['keep', 'history', 'historylimit', 'successfuljobshistorylimit'],
  }),
  params: defaulted(
    record('a map of names to texts', ENV_NAME, writtenText, () => 'write a map: `params: {NAME: value}`'),
    DEFAULT_CRON.params,
    {
      doc: 'Parameters of a run, with what they are unless `ork run --param` says otherwise; environment variables of each of its containers.',
      example: { LIMIT: '100' },
      synonyms: ['parameters', 'meta', 'args'],
    },
  ),
  requiredParams: optional(
    list('a list of names', matching(ENV_NAME.expected, ENV_NAME.pattern), { min: 1, max: MAX_PARAMS, distinct: true }),
    {
      doc: 'Parameters that `ork run --param` must give; only of a job without a schedule.',
      example: ['DAY'],
      otherwise: 'none',
      synonyms: ['meta_required', 'required_params'],
    },
  ),
})

const rules = (cron: CronSpec): readonly Finding[] => {
  const problem = scheduleProblem(cron)
  if (problem !== null) {
    const next = problem.field === 'schedule' ? 'for example `*/5 * * * *`' : 'for example `Europe/Berlin`'
    return [{ at: [problem.field], what: problem.what, next }]
  }
  const { schedule, params, requiredParams = [] } = cron
  const findings: Finding[] = []
  if (schedule !== undefined && requiredParams.length > 0) {
    const what = 'a schedule gives no parameters'
    findings.push({ at: ['requiredParams'], what, next: 'give them a value in `params`, or leave out `schedule`' })
  }
  requiredParams.forEach((name, index) => {
    if (!Object.hasOwn(params, name)) return
    findings.push({
      at: ['requiredParams', index],
      what: `${name} has a value in \`params\``,
      next: 'keep one of the two',
    })
  })
  return findings
}

/** `'0 3 * * *'`, or that with more to say. */
export const cronShape: Shape<CronSpec> = shorthand(
  'a schedule such as `0 3 * * *`, or a map with `schedule`',
  refined(fields, rules),
  'a schedule such as `0 3 * * *`',
  (schedule) => E.right({ schedule }),
)

interface Timed {
  readonly kind: JobKind
  readonly cron?: CronSpec
  readonly tasks: readonly { readonly dependsOn?: object }[]
}

/** A cron job says when it runs, and no other does. */
export const cronRules = ({ kind, cron, tasks }: Timed): readonly Finding[] => {
  if (kind !== 'cron') {
    const what = `a ${kind} job has no \`cron\``
    return cron === undefined ? [] : [{ at: ['cron'], what, next: 'remove it, or take `kind: cron`' }]
  }
  if (cron === undefined) {
    return [{ at: ['cron'], what: 'a cron job says when it runs', next: "for example `cron: '0 3 * * *'`" }]
  }
  const waiting = tasks.findIndex(({ dependsOn }) => dependsOn !== undefined)
  if (waiting < 0 || cron.overlap !== 'allow') return []
  const what = "runs that overlap do not wait for one another's tasks"
  return [{ at: ['tasks', waiting, 'dependsOn'], what, next: 'take `overlap: forbid` or `replace`' }]
}

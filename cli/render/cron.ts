import type { CronRunSummary, InstanceSummary, JobSummary, RunState } from '#libs/cluster'
import type { JobSpec } from '#libs/spec'
import { escapeText } from './escape'
import type { EventLook } from './event'
import { paintState } from './state'
import { type Cell, renderTable } from './table'
import { absolute, age, relative } from './time'

/** `runs next in 3h (2026-11-22 03:00:00+01:00 Europe/Berlin)`, `runs only when it is asked to`. */
export const whenNext = (job: JobSummary, look: EventLook): string => {
  const next = nextOf(job, look)
  if (next !== null) return `runs next ${next}`
  return job.state === 'running' ? 'runs only when it is asked to' : 'does not run'
}

/** In the zone of the schedule; null: nothing is to come. */
const nextOf = ({ cron }: JobSummary, look: EventLook): string | null => {
  if (cron === null || cron.next === null) return null
  const { next, timeZone } = cron
  return `${dueOf(next, look)} (${absolute(next, { ...look, zone: timeZone })} ${timeZone})`
}

/** One that is due may be told of before it has begun. */
const dueOf = (next: string, look: EventLook): string => (Date.parse(next) <= look.now ? 'now' : relative(next, look))

/** `next in 3h, last completed 21h ago`, short enough for a table. */
export const runsOf = (job: JobSummary, look: EventLook): string => {
  if (job.cron === null) return ''
  const { next, runs } = job.cron
  const last = runs.at(-1)
  const said = [
    ...(next === null ? [] : [`next ${dueOf(next, look)}`]),
    ...(last === undefined ? [] : [`last ${last.state} ${relative(last.endedAt ?? last.firedAt, look)}`]),
  ]
  return said.length === 0 ? '-' : said.join(', ')
}

/** What there is to say of the schedule, in pairs. */
export const cronOf = (
  job: JobSummary & { readonly spec: JobSpec },
  look: EventLook,
): (readonly [string, string])[] => {
  const { cron, spec } = job
  if (cron === null || spec.cron === undefined) return []
  const { schedule, timeZone, overlap } = spec.cron
  const when = schedule === undefined ? 'none' : `${schedule} (${timeZone}), overlap ${overlap}`
  const { skipped } = cron
  return [
    ['Schedule', escapeText(when)],
    ['Next', escapeText(nextOf(job, look) ?? whenNext(job, look))],
    ...(skipped === null
      ? []
      : [['Skipped', escapeText(`${relative(skipped.scheduledAt, look)}: ${skipped.reason}`)] as const]),
  ]
}

const painted = (state: RunState, { colours }: EventLook): ((text: string) => string) =>
  state === 'replaced' ? colours.dim : paintState(colours, state)

/** The runs that are remembered, the latest first. */
export const renderRuns = (
  runs: readonly CronRunSummary[],
  instances: readonly InstanceSummary[],
  look: EventLook,
): string =>
  renderTable(
    ['RUN', 'STATE', 'BEGAN', 'TOOK', 'INSTANCES', 'DETAIL'],
    [...runs]
      .reverse()
      .map((run): (Cell | string)[] => [
        run.id,
        { text: run.state, paint: painted(run.state, look) },
        relative(run.firedAt, look),
        run.endedAt === null ? '-' : age(Date.parse(run.endedAt) - Date.parse(run.firedAt)),
        someOf(instances.filter((one) => one.run === run.id).map(({ id }) => id)),
        detailOf(run),
      ]),
    'no runs yet',
  )

const someOf = (ids: readonly string[]): string =>
  ids.length <= 3 ? ids.join(', ') || '-' : `${ids.slice(0, 2).join(', ')} and ${ids.length - 2} more`

const detailOf = ({ reason, actor, asked, params, failed, state }: CronRunSummary): string => {
  const told = Object.entries(params).map(([name, value]) => `${name}=${value}`)
  return [
    ...(reason === null ? [] : [reason]),
    ...(state === 'failed' && reason === null ? [`${failed} failed`] : []),
    ...(actor === null ? [] : [`asked by ${actor}${asked === null ? '' : `: ${asked}`}`]),
    ...(told.length === 0 ? [] : [told.join(' ')]),
  ].join('; ')
}

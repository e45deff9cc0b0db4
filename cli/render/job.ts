import type { ExplainReply } from '#libs/api'
import { type InstanceSummary, isPlaced, type JobDetail, type JobSummary, type TaskSummary } from '#libs/cluster'
import { formatBytes, formatCpu, type Resources } from '#libs/kernel'
import { crashLoopsOf } from './crashLoop'
import { cronOf, renderRuns, runsOf } from './cron'
import { escapeText } from './escape'
import type { EventLook } from './event'
import { renderInstances } from './instance'
import { count } from './sentence'
import { paintState, renderCounts, renderUnready } from './state'
import { type Cell, renderPairs, renderTable } from './table'
import { relative, relativeAndAbsolute } from './time'
import { verdictLines } from './verdicts'

/** A line a job. */
export const renderJobs = (jobs: readonly JobSummary[], look: EventLook): string => {
  const timed = jobs.some(({ cron }) => cron !== null)
  return renderTable(
    ['NAME', 'KIND', 'STATE', 'VERSION', 'READY', 'INSTANCES', 'SUBMITTED', ...(timed ? ['RUNS'] : [])],
    jobs.map((job): (Cell | string)[] => [
      job.name,
      job.kind,
      { text: stateOf(job), paint: paintState(look.colours, stateOf(job)) },
      { text: String(job.version), align: 'right' },
      { text: `${(job.counts.running ?? 0) - job.unready}/${job.wanted}`, align: 'right' },
      plainCounts(job.counts),
      relative(job.submittedAt, look),
      ...(timed ? [runsOf(job, look)] : []),
    ]),
    'no jobs yet; submit one with `ork submit FILE`',
  )
}

/** `pending` where the job is to run, and nothing of it has a place yet. A cron job runs with nothing to do, too. */
const stateOf = ({ state, counts, kind }: JobSummary): JobSummary['state'] | 'pending' => {
  const states = Object.keys(counts) as (keyof JobSummary['counts'])[]
  const hasBegun = states.some((one) => isPlaced(one) || one === 'completed')
  return state === 'running' && kind !== 'cron' && states.includes('pending') && !hasBegun ? 'pending' : state
}

const plainCounts = (counts: JobSummary['counts']): string =>
  Object.entries(counts)
    .map(([state, n]) => `${n} ${state}`)
    .join(', ')

/** One job: its tasks, its instances, and for those that are pending why. */
export const renderJob = (
  job: JobDetail,
  instances: readonly InstanceSummary[],
  explained: readonly ExplainReply[],
  look: EventLook,
): string => {
  const { colours } = look
  const loops = crashLoopsOf(job, instances, look.now)
  const head = renderPairs([
    ['Job', colours.bold(escapeText(job.name))],
    ['Kind', job.kind],
    ['State', paintState(colours, stateOf(job))(stateOf(job))],
    ['Version', `${job.version}, submitted ${relativeAndAbsolute(job.submittedAt, look)}${byWhom(job)}`],
    ...updateOf(job, look),
    ...cronOf(job, look),
    ...(loops === null ? [] : [['Crash loop', colours.red(escapeText(loops))] as const]),
    ['Instances', `${job.wanted} wanted: ${renderCounts(job.counts, colours)}${renderUnready(job.unready, colours)}`],
  ])
  const tasks = renderTable(
    ['TASK', 'DRIVER', 'IMAGE', 'REPLICAS', 'EACH ASKS FOR', 'INSTANCES'],
    job.tasks.map((task): (Cell | string)[] => [
      task.name,
      task.driver,
      task.image ?? '-',
      { text: String(task.replicas), align: 'right' },
      renderResources(task.resources),
      `${plainCounts(task.counts)}${alsoOf(task)}`,
    ]),
    'no tasks',
  )
  const runs = job.cron === null ? [] : [renderRuns(job.cron.runs, instances, look)]
  const mixed = job.tasks.some(({ outdated }) => outdated > 0)
  const sections = [head, tasks, ...runs, renderInstances(instances, look, 'no instances', mixed)]
  if (explained.length > 0) sections.push(explained.map((reply) => renderExplain(reply, look)).join('\n\n'))
  return sections.join('\n\n')
}

/** `running since 2m ago: 3 to replace, 1 more on its way out`, `failed 1m ago: web.api.0 failed: exit code 1`. */
const updateOf = ({ name, update }: JobDetail, look: EventLook): (readonly [string, string])[] => {
  if (update === null) return []
  const { state, since, outdated, retiring, reason, promoted, awaitsPromotion } = update
  const said = [
    ...(reason === null ? [] : [escapeText(reason)]),
    ...(outdated === 0 ? [] : [`${outdated} to replace`]),
    ...(retiring === 0 ? [] : [`${retiring} of before still there`]),
    ...(promoted ? ['promoted'] : []),
    ...(awaitsPromotion ? [`its canaries are up, \`ork promote ${escapeText(name)}\` has the others follow`] : []),
  ]
  const detail = said.length === 0 ? '' : `: ${said.join(', ')}`
  return [['Update', `${paintState(look.colours, state)(state)} since ${relativeAndAbsolute(since, look)}${detail}`]]
}

const alsoOf = ({ outdated, retiring, unready }: TaskSummary): string =>
  `${unready === 0 ? '' : `; ${unready} not healthy yet`}${outdated === 0 ? '' : `; ${outdated} of another version`}${retiring === 0 ? '' : `; ${retiring} more on their way out`}`

const byWhom = ({ history }: JobDetail): string => {
  const actor = history.at(-1)?.actor ?? null
  return actor === null ? '' : ` by ${escapeText(actor)}`
}

/** `0.5 cpu, 64 MiB memory, 1 GiB disk` */
const renderResources = ({ cpuMilli, memoryBytes, diskBytes }: Resources): string =>
  `${formatCpu(cpuMilli)} cpu, ${formatBytes(memoryBytes)} memory, ${formatBytes(diskBytes)} disk`

/** Why a pending instance is on no worker, worker by worker. */
export const renderExplain = ({ id, kind, workers }: ExplainReply, look: EventLook): string => {
  const { colours } = look
  const name = colours.bold(escapeText(id))
  if (workers.length === 0) {
    return `${name} is pending: no worker has joined yet; start one with \`ork worker\``
  }
  const lines = verdictLines(workers, `${colours.green('has room')}; it will be placed in a moment`, look)
  const turnedDown = workers.some((verdict) => !verdict.fits && verdict.filter === 'rejected')
  const again =
    kind === 'cron'
      ? 'a worker that is started again is asked anew'
      : `\`ork restart ${escapeText(id)}\` has it tried again`
  const next = turnedDown ? [`once what was lacking is there, ${again}`] : []
  const about = [...lines, ...next].map((line) => `  ${line}`)
  return [`${name} is pending; of ${count(workers.length, 'worker')}:`, ...about].join('\n')
}

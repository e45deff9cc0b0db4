import {
  type CronRun,
  type Decision,
  type Instance,
  instancesInSlot,
  instancesOfRun,
  isOver,
  isUnderWay,
  type Job,
  mostSlots,
  type Now,
  rescheduleAfterMs,
} from '#libs/cluster'
import { formatDuration } from '#libs/kernel'
import { type CronSpec, lastTime, MAX_RUNS, nextTime } from '#libs/spec'
import { inVain } from './vain'
import type { ManagerView } from './view'

/**
 * A cron job's runs: ends those that have, and begins one when it is time. One decision at a time, since all are of one
 * aggregate. A run is named after its time, and of each time it is decided once, whoever leads.
 */
export const decideCron = (view: ManagerView, job: Job, now: Now): Decision[] => {
  const { cron, spec } = job
  if (cron === null || spec.cron === undefined) return []
  for (const run of underWay(job)) {
    const end = endOf(job, run, now)
    if (end !== null) return [end]
  }
  const due = lastTime(spec.cron, cron.through, now.wall)
  if (due !== null) return [decideDue(job, spec.cron, due, now)]
  const at = Math.min(nextTime(spec.cron, cron.through) ?? Number.POSITIVE_INFINITY, nextDeadline(job))
  if (at < Number.POSITIVE_INFINITY) view.alarms.set(job, at)
  return []
}

const underWay = ({ cron }: Job): readonly CronRun[] => cron?.runs.filter(({ state }) => state === 'running') ?? []

const nextDeadline = (job: Job): number =>
  Math.min(...underWay(job).map(({ firedAt }) => firedAt + (job.spec.deadlineMs ?? Number.POSITIVE_INFINITY)))

/** What a run has come to; null: it goes on. */
const endOf = (job: Job, { id, firedAt }: CronRun, now: Now): Decision | null => {
  const instances = [...instancesOfRun(job, id)]
  const failed = instances.filter(({ state }) => state !== 'completed').length
  const ended = (reason: string | null): Decision => ({
    draft: { type: 'CronEnded', data: { job: job.name, run: id, failed, reason } },
    expect: job.seq,
  })
  if (instances.every(hasEnded)) return ended(null)
  const vain = job.spec.cron?.overlap === 'allow' ? null : inVain(job)
  if (vain !== null) return ended(vain)
  const { deadlineMs } = job.spec
  if (deadlineMs === undefined || firedAt + deadlineMs > now.wall) return null
  return ended(`it has not ended within its \`deadline\` of ${formatDuration(deadlineMs)}`)
}

const hasEnded = (instance: Instance): boolean => isOver(instance.state) && rescheduleAfterMs(instance) === null

/** Begins the run of a time that has come, or says why not. Times before it that were missed are past with it. */
const decideDue = (job: Job, cron: CronSpec, due: number, now: Now): Decision => {
  const late = now.wall - due
  const why = late > cron.catchUpMs ? `it was missed by ${formatDuration(late)}` : whyNot(job, cron)
  const fired =
    why === null ? fire(job, { id: nameOf(due, 'minute'), scheduledAt: due, params: {}, reason: null }) : null
  if (fired !== null) return fired
  const data = { job: job.name, version: job.version, scheduledAt: due, reason: why ?? TOO_MANY }
  return { draft: { type: 'CronSkipped', data }, expect: job.seq }
}

const TOO_MANY = `${MAX_RUNS} runs are under way, which is the most`

/** Why no run may begin now; null: nothing is against it. */
export const whyNot = (job: Job, { overlap }: CronSpec): string | null => {
  const [first] = underWay(job)
  if (first === undefined || overlap === 'replace') return null
  return overlap === 'forbid' ? `run ${first.id} is under way` : underWay(job).length < MAX_RUNS ? null : TOO_MANY
}

/** `2026-11-22T03:00Z`: what is due has a minute to itself, what is asked for a millisecond. */
export const nameOf = (time: number, to: 'minute' | 'millisecond'): string => {
  const text = new Date(time).toISOString()
  return to === 'minute' ? text.replace(/:00\.000Z$/, 'Z') : text
}

interface Fired {
  readonly id: string
  readonly scheduledAt: number | null
  readonly params: Readonly<Record<string, string>>
  readonly reason: string | null
}

/** Begins a run; null: there is no place for its instances among those of the job. */
export const fire = (job: Job, { id, scheduledAt, params, reason }: Fired): Decision | null => {
  const slot = freeSlot(job)
  if (slot === null) return null
  const all = { ...job.spec.cron?.params, ...params }
  const data = { job: job.name, version: job.version, run: id, slot, scheduledAt, params: all, reason }
  return { draft: { type: 'CronFired', data }, expect: job.seq }
}

/** The first that no run has which is remembered, so that what those wrote can be read. */
const freeSlot = (job: Job): number | null => {
  const known = new Set(job.cron?.runs.map(({ slot }) => slot))
  for (let slot = 0; slot <= mostSlots(job); slot += 1) {
    if (!known.has(slot) && isFree(job, slot)) return slot
  }
  return null
}

const isFree = (job: Job, slot: number): boolean => {
  for (const { state, run } of instancesInSlot(job, slot)) if (!isOver(state) || isUnderWay(job, run)) return false
  return true
}

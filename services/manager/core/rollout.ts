import { type Decision, type Instance, isOutdated, isUp, type Job, type Now, TO_RESTART } from '#libs/cluster'
import { updateOf } from '#libs/spec'
import { nextMoves, waitsForPromotion } from './canary'
import { replaceRequest, stopRequest } from './drafts'
import { isConcerned, revertAfter } from './revert'
import type { Seen } from './steady'
import { type Move, type Survey, survey, type WhyMove } from './survey'

/** How far a job has come on its way, as this manager has seen it. */
export interface Rollout {
  /** The version and the state of the update since which this counts. */
  readonly key: string
  /** The most instances that were healthy at once. */
  best: number
  /** When there were more than ever before; monotonic milliseconds. */
  progressAt: number
  /** When time alone will change something; monotonic milliseconds. */
  dueAt: number
}

/** What a manager keeps of the passing of time. */
export interface Tracks {
  /** Of all instances that are placed. */
  readonly seen: Map<Instance, Seen>
  /** Of the jobs whose instances are being replaced. */
  readonly rollouts: Map<Job, Rollout>
}

/**
 * Brings a running job to its current version, and away from where it should not be (`whyMove`; null: it may stay), a few
 * instances at a time. Nothing that is up is stopped because of it while more than `maxParallel` of the task would then be
 * down; `start-first` stops nothing that is up before its successor is healthy.
 */
export const decideRollout = (tracks: Tracks, job: Job, whyMove: WhyMove | null, now: Now): Decision[] => {
  const tasks = [...job.tasks.values()]
  if (job.update === null && tasks.some(({ outdated }) => outdated > 0)) return [started(job)]
  const revert = revertAfter(job)
  if (revert !== null) return [revert]
  const updating = job.update?.state === 'running'
  if (!updating && whyMove === null && tasks.every(({ retiring }) => retiring === 0)) {
    tracks.rollouts.delete(job) // most jobs, at all times: nothing is looked at
    return []
  }
  const why: WhyMove = (instance) => whyMove?.(instance) ?? (updating ? outdated(instance) : null)
  const surveys = tasks.map((task) => survey(task, why, tracks.seen, now))
  const rollout = progressOf(tracks, job, surveys, now)
  const end = updating ? endOf(job, surveys, rollout, now) : null
  const frees = updating || job.update === null // a version that changes the order alone has nothing to update
  if (end !== null) return [end]
  return surveys.flatMap((found) => {
    const moves = nextMoves(found)
    return [...steps(found, moves), ...(frees ? freed(found, moves.length) : [])]
  })
}

const outdated: WhyMove = (instance) => (isOutdated(instance) ? { reason: reasonOf(instance), forUpdate: true } : null)

const reasonOf = ({ task, templateVersion }: Instance): string =>
  templateVersion === TO_RESTART ? 'a restart was asked for' : `replaced by version ${task.job.version}`

const progressOf = (tracks: Tracks, job: Job, surveys: readonly Survey[], { mono }: Now): Rollout => {
  const key = `${job.version} ${job.update?.state} ${job.update?.since} ${job.update?.promoted}`
  const known = tracks.rollouts.get(job)
  const rollout = known?.key === key ? known : { key, best: 0, progressAt: mono, dueAt: 0 }
  const steady = surveys.reduce((sum, found) => sum + found.steady, 0)
  if (steady > rollout.best || surveys.some(waitsForPromotion)) rollout.progressAt = mono
  rollout.best = Math.max(rollout.best, steady)
  rollout.dueAt = Math.min(...surveys.map(({ dueAt }) => dueAt))
  if (job.update?.state === 'running') rollout.dueAt = Math.min(rollout.dueAt, rollout.progressAt + patience(surveys))
  tracks.rollouts.set(job, rollout)
  return rollout
}

/** Without progress for so long the update has failed. */
const patience = (surveys: readonly Survey[]): number =>
  Math.max(...surveys.map(({ task }) => updateOf(task.spec).progressDeadlineMs))

/** What the update has come to, if anything. */
const endOf = (job: Job, all: readonly Survey[], rollout: Rollout, { mono }: Now): Decision | null => {
  const surveys = all.filter(({ task }) => isConcerned(job, task))
  const data = { job: job.name, version: job.version }
  if (surveys.every(({ old, inFlight, task }) => old.length + inFlight + task.retiring === 0)) {
    return { draft: { type: 'UpdateSucceeded', data }, expect: job.seq }
  }
  const [trouble] = surveys.flatMap((found) => found.trouble ?? [])
  const [ailment] = surveys.flatMap((found) => found.ailment ?? [])
  const stuck = `no instance became healthy for too long${ailment === undefined ? '' : `; ${ailment}`}`
  const reason = trouble ?? (mono - rollout.progressAt >= patience(all) ? stuck : null)
  return reason === null ? null : { draft: { type: 'UpdateFailed', data: { ...data, reason } }, expect: job.seq }
}

const started = (job: Job): Decision => {
  const replaces = [...job.tasks.values()].reduce((sum, task) => sum + task.outdated, 0)
  const data = { job: job.name, version: job.version, replaces }
  return { draft: { type: 'UpdateStarted', data }, expect: job.seq }
}

/** Who is to be moved now keeps its former attempt, which serves meanwhile. */
const steps = (found: Survey, moves: readonly Move[]): Decision[] => {
  const moving = new Set(moves.map(({ instance }) => instance))
  const done = found.succeeded.filter((instance) => !moving.has(instance))
  return [
    ...done.flatMap(({ retiring, attempt }) =>
      retiring === null ? [] : [stopRequest(retiring, `succeeded by attempt ${attempt}, which is healthy`)],
    ),
    ...moves.map((move) => moved(move)),
  ]
}

/**
 * Former attempts that have what their successors wait for, such as a host port: those of `start-first` stay, but a version
 * that is `stop-first` has them go, where the former version had begun otherwise.
 */
const freed = (found: Survey, moving: number): Decision[] => {
  let room = found.update.maxParallel - found.down - moving
  return found.held.flatMap((instance) => {
    const { retiring } = instance
    if (retiring === null || movesBeside(instance)) return []
    if (isUp(retiring)) room -= 1 // nobody misses what is not up
    return isUp(retiring) && room < 0 ? [] : [stopRequest(retiring, 'it goes before its successor starts')]
  })
}

/** Whether an instance starts elsewhere before it is stopped where it is. */
export const movesBeside = ({ task }: Instance): boolean =>
  updateOf(task.spec).order === 'start-first' && task.job.kind === 'service'

/** An attempt that does not serve, or whose predecessor still does, has nothing to wait for. */
const moved = ({ instance, reason }: Move): Decision =>
  movesBeside(instance) && instance.state === 'running' && instance.retiring === null
    ? replaceRequest(instance, reason)
    : stopRequest(instance, reason)

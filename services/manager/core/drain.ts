import { type Cluster, type Decision, type Instance, isUp, type Job, type Now, type Worker } from '#libs/cluster'
import { stopRequest } from './drafts'
import { movesBeside } from './rollout'
import { Room } from './room'
import type { WhyMove } from './survey'

/** Since when each draining worker has been, as this manager has seen it: a new leader gives it the whole time again. */
export type Drains = Map<Worker, number>

interface DrainView {
  readonly drains: Drains
  nextDrainAt: number
}

/** Takes note of a worker that was changed; returns the jobs whose instances may have to move because of it. */
export const noteDrain = (drains: Drains, worker: Worker): Iterable<Job> => {
  if (!isToBeEmptied(worker)) {
    drains.delete(worker)
    return []
  }
  if (!drains.has(worker)) drains.set(worker, Number.NaN)
  return new Set([...worker.instances].map(({ task }) => task.job))
}

/** Also one that is drained: what was placed while it was being said that it is closed comes after. */
const isToBeEmptied = ({ intake, instances }: Worker): boolean =>
  intake === 'draining' || (intake === 'drained' && instances.size > 0)

/** Ends the drains that are done, and stops what is left where the time is up. */
export const decideDrains = (drains: Drains, { mono }: Now): Decision[] => {
  const decisions: Decision[] = []
  for (const [worker, since] of drains) {
    if (Number.isNaN(since)) drains.set(worker, mono)
    if (worker.instances.size === 0) {
      decisions.push({ draft: { type: 'WorkerDrained', data: { worker: worker.name } }, expect: worker.seq })
      continue
    }
    if (deadlineOf(drains, worker) > mono) continue
    for (const attempt of worker.instances) {
      if (attempt.state !== 'stopping') decisions.push(stopRequest(attempt, `${reasonOf(worker)}, and its time is up`))
    }
  }
  return decisions
}

/** When the next deadline of a drain passes, or what is left is looked at again; monotonic milliseconds. */
export const nextDrain = ({ drains, nextDrainAt }: DrainView, { mono }: Now): number => {
  let next = drains.size === 0 ? Number.POSITIVE_INFINITY : nextDrainAt
  for (const worker of drains.keys()) {
    const deadline = deadlineOf(drains, worker)
    if (deadline > mono) next = Math.min(next, deadline)
  }
  return next
}

const deadlineOf = (drains: Drains, worker: Worker): number =>
  (drains.get(worker) ?? Number.NaN) + (worker.drainDeadlineMs ?? Number.POSITIVE_INFINITY)

/**
 * Services move away from draining workers; batch work has until the deadline to finish where it is, and so has what is up
 * and would have to be stopped first, while no other worker suits it and has room (`Room`); system jobs leave last
 * (`decideTargets`). `moving`: what was stopped for a drain and has yet to find its place.
 */
export const whyDrained = (cluster: Cluster, drains: Drains, moving: Set<Instance>): WhyMove | null => {
  if (drains.size === 0) {
    moving.clear()
    return null
  }
  const room = new Room(cluster)
  for (const instance of moving) {
    if (instance.state === 'stopping' || instance.state === 'pending') room.take(instance)
    else moving.delete(instance)
  }
  return (instance) => {
    const worker = instance.worker === null ? undefined : cluster.workers.get(instance.worker)
    if (worker === undefined || !isToBeEmptied(worker) || instance.task.job.kind !== 'service') return null
    if (isUp(instance) && !movesBeside(instance) && !room.take(instance)) return null
    return { reason: reasonOf(worker), forUpdate: false }
  }
}

/** Nobody tells when there is room again; so often it is looked. Milliseconds. */
const LOOK_EVERY_MS = 1_000

/** Jobs of which something may be waiting for room elsewhere. */
export const waitingForRoom = (view: DrainView, { mono }: Now): Set<Job> => {
  const jobs = new Set<Job>()
  if (view.drains.size === 0 || mono < view.nextDrainAt) return jobs
  view.nextDrainAt = mono + LOOK_EVERY_MS
  for (const worker of view.drains.keys()) for (const { task } of worker.instances) jobs.add(task.job)
  return jobs
}

const reasonOf = ({ name }: Worker): string => `worker ${name} is drained`

import { type Changes, type Cluster, evolve, type Instance, isPlaced, type Job, type Now } from '#libs/cluster'
import { aggregateAt, type Entry, EVENTS, type EventOf, type OrkEvent } from '#libs/events'
import { type Drains, noteDrain } from './drain'
import type { Rebalancing } from './rebalance'
import { noReschedules, type Reschedules } from './reschedule'
import type { Tracks } from './rollout'

/** What the manager knows: the cluster, what it has yet to look at, and when it last heard of each worker. */
export interface ManagerView extends Tracks {
  readonly cluster: Cluster
  /** Jobs that an event touched since the last decision. */
  readonly touchedJobs: Set<Job>
  /** Aggregates with events that cannot be read, until that is on record. */
  readonly toRecord: Set<string>
  /** The moves that were asked for last, while they are not through. */
  rebalancing: Rebalancing | null
  /** Workers that are to be emptied. */
  readonly drains: Drains
  /** Instances that were stopped for a drain and are not placed anew yet. */
  readonly moving: Set<Instance>
  /** When it is next looked whether what drained workers have finds room elsewhere; monotonic milliseconds. */
  nextDrainAt: number
  readonly reschedules: Reschedules
  /** Running system jobs whose workers may be others than the log says. */
  readonly toTarget: Set<Job>
  /** The system jobs there are. */
  readonly systems: Set<Job>
  /** When time alone changes something about a job, as the log's clock tells it; milliseconds since 1970. */
  readonly alarms: Map<Job, number>
  /** Instances that an event touched since the last decision. */
  readonly touchedInstances: Set<Instance>
  /** By worker that the log knows. Not from the log: a manager that has just started knows nothing of the past's silence. */
  readonly heard: Map<string, Heard>
  /** Since when each lost worker is known here to be lost; monotonic milliseconds. */
  readonly lostSince: Map<string, number>
  /** When liveness is next looked at; monotonic milliseconds. */
  nextLivenessAt: number
  /** Set while so many workers are silent that the fault is taken to be ours; why, for `ork status`. */
  alarm: string | null
}

type Beat = EventOf<'WorkerHeartbeat'>['data']

export interface Heard {
  /** Monotonic milliseconds. */
  at: number
  /** Whether by a heartbeat, and not merely by our own start. */
  alive: boolean
  heartbeat: Beat | null
  /** What its containers used when it last said so. */
  containers: NonNullable<Beat['containers']>
}

/** What a manager knows before the first event, or with what it starts from. */
export const initialView = (cluster: Cluster): ManagerView => ({
  cluster,
  touchedJobs: new Set(),
  toRecord: new Set(),
  rebalancing: null,
  drains: new Map(),
  moving: new Set(),
  nextDrainAt: 0,
  reschedules: noReschedules(),
  toTarget: new Set(),
  systems: new Set(),
  alarms: new Map(),
  touchedInstances: new Set(),
  seen: new Map(),
  rollouts: new Map(),
  heard: new Map(),
  lostSince: new Map(),
  nextLivenessAt: 0,
  alarm: null,
})

/** Something about the job, or what it runs on, is not what it was. */
const noteJob = (view: ManagerView, job: Job): void => {
  if (job.state === 'purged') return forgetJob(view, job)
  view.touchedJobs.add(job)
  if (job.kind !== 'system') {
    view.systems.delete(job)
    return
  }
  view.systems.add(job)
  view.toTarget.add(job)
}

const forgetJob = (view: ManagerView, job: Job): void => {
  for (const jobs of [view.touchedJobs, view.toTarget, view.systems, view.rollouts, view.alarms]) jobs.delete(job)
  for (const { instances } of job.tasks.values()) {
    for (const instance of instances.made()) {
      for (const known of [view.touchedInstances, view.moving, view.seen, view.reschedules.waiting])
        known.delete(instance)
    }
  }
}

/** A run of a cron job goes on through versions: what has failed in it may be placed anew by the `reschedule` of a new one. */
const noteFailed = ({ touchedInstances }: ManagerView, { kind, tasks }: Job): void => {
  if (kind !== 'cron') return
  for (const { counts, instances } of tasks.values()) {
    if (counts.failed === 0) continue
    for (const instance of instances.made()) if (instance.state === 'failed') touchedInstances.add(instance)
  }
}

/** Folds one entry and notes what to look at because of it. */
export const evolveView = (view: ManagerView, entry: Entry): void => evolve(view.cluster, entry, changesOf(view, entry))

/** Notes what to look at because of an entry, which whoever is given this folds into the view's cluster next. */
export const changesOf = (view: ManagerView, { event }: Entry): Changes => {
  const ofWorkers = event.type !== 'Unreadable' && EVENTS[event.type].topic === 'worker'
  if (event.type === 'Unreadable') view.toRecord.add(aggregateAt(event.path))
  // Its silence while it was away is over; the next is counted from now on.
  if (event.type === 'WorkerRegistered') view.heard.delete(event.data.worker)
  return {
    job: (job) => {
      noteJob(view, job)
      noteFailed(view, job)
    },
    instance: (instance) => {
      view.touchedJobs.add(instance.task.job)
      view.touchedInstances.add(instance)
      if (instance.task.job.kind === 'system' && !isPlaced(instance.state)) view.toTarget.add(instance.task.job)
    },
    worker: (worker) => {
      for (const job of noteDrain(view.drains, worker)) view.touchedJobs.add(job)
      if (ofWorkers || worker.intake === 'draining') for (const job of view.systems) noteJob(view, job)
    },
  }
}

/** Notes a sign of life. */
export const hear = (view: ManagerView, event: OrkEvent, now: Now): void => {
  if (event.type !== 'WorkerHeartbeat' || !view.cluster.workers.has(event.data.worker)) return
  const { worker } = event.data
  const containers = event.data.containers ?? view.heard.get(worker)?.containers ?? []
  view.heard.set(worker, { at: now.mono, alive: true, heartbeat: event.data, containers })
}

/** All silence, and all health, is counted from now on: until now it says nothing, or could not be heard here. */
export const giveTime = (view: ManagerView, now: Now): void => {
  view.seen.clear()
  view.rebalancing = null
  for (const worker of view.drains.keys()) view.drains.set(worker, Number.NaN)
  for (const { tasks } of view.cluster.jobs.values()) {
    for (const { instances } of tasks.values()) for (const one of instances.made()) view.touchedInstances.add(one)
  }
  for (const job of view.rollouts.keys()) view.touchedJobs.add(job)
  view.rollouts.clear()
  for (const worker of view.cluster.workers.values()) {
    const { heartbeat = null, containers = [] } = view.heard.get(worker.name) ?? {}
    view.heard.set(worker.name, { at: now.mono, alive: false, heartbeat, containers })
  }
}

/** A new leader gives every worker its full time to be heard, and every instance to be healthy. */
export const lead = (view: ManagerView, now: Now): void => {
  giveTime(view, now)
  view.nextLivenessAt = now.mono
  reconsider(view)
}

/** Looks at everything again, changed or not. */
export const reconsider = (view: ManagerView): void => {
  for (const worker of view.cluster.workers.values()) noteDrain(view.drains, worker)
  for (const job of view.cluster.jobs.values()) noteJob(view, job)
  for (const aggregate of view.cluster.quarantined.keys()) view.toRecord.add(aggregate)
}

import { type Changes, type Cluster, evolve, type Instance, isPlaced, type Job, type Worker } from '#libs/cluster'
import { type Entry, EVENTS, type OrkEvent } from '#libs/events'
import { Feasible } from './feasible'
import { Fleet } from './fleet/fleet'
import { Picker } from './pick'
import { Preferences } from './preferences'
import { Queue } from './queue'
import { Tenants } from './tenants'

/** What the scheduler knows: the cluster, its workers as numbers, and who waits for a place. */
export interface SchedulerView {
  readonly cluster: Cluster
  readonly fleet: Fleet
  readonly tenants: Tenants
  readonly feasible: Feasible
  readonly preferences: Preferences
  readonly picker: Picker
  readonly queue: Queue
  /** The worker that is kept for an instance that waits too long, in the batch that is decided now. */
  kept: Kept | null
  /** Up to where the log was folded when it was last decided. */
  decidedAt: number
}

export interface Kept {
  readonly row: number
  readonly instance: Instance
}

/** The view of a cluster that was folded elsewhere. */
export const viewOf = (cluster: Cluster): SchedulerView => {
  const fleet = new Fleet(cluster.scheduling.seed)
  const tenants = new Tenants(fleet)
  const view: SchedulerView = {
    cluster,
    fleet,
    tenants,
    feasible: new Feasible(fleet, tenants),
    preferences: new Preferences(fleet, tenants),
    picker: new Picker(fleet),
    queue: new Queue(),
    kept: null,
    decidedAt: -1,
  }
  for (const worker of cluster.workers.values()) fleet.renew(worker)
  for (const job of cluster.jobs.values()) view.queue.renew(job)
  return view
}

/** Folds one entry, and notes what it changed: who waits, what workers have, where there is room. */
export const evolveView = (view: SchedulerView, entry: Entry): void => {
  const { cluster, fleet, queue } = view
  const { event } = entry
  const jobs = new Set<Job>()
  let freedVolumes = false
  const ofWorkers = event.type !== 'Unreadable' && EVENTS[event.type].topic === 'worker'
  const changes: Changes = {
    job: (job) => jobs.add(job),
    // Of a job that is submitted all instances are looked at below, together.
    instance: (instance) => {
      if (event.type === 'JobSubmitted') return
      if (instance.spec.volumes !== undefined && !isPlaced(instance.state)) freedVolumes = true
      queue.add(instance)
      queue.changed(instance.task.job)
    },
    worker: (worker) => (ofWorkers ? renew(view, worker) : fleet.update(worker)),
  }
  evolve(cluster, entry, changes)
  if (freedVolumes) queue.wakeAll() // what was to be made there may now be made anywhere
  for (const job of jobs) queue.renew(job)
  if (event.type === 'PolicySet') fleet.breakTiesBy(cluster.scheduling.seed)
}

const renew = ({ fleet, feasible, preferences, queue }: SchedulerView, worker: Worker): void => {
  feasible.forget(fleet.renew(worker))
  preferences.forget()
  queue.wakeAll() // why there is no place may be told anew
}

/** Back to what the log says of the workers. */
export const forgetPromises = ({ fleet, tenants, feasible }: SchedulerView): void => {
  fleet.settle()
  tenants.settle()
  feasible.settle()
}

/** Notes what a worker was measured to use. */
export const hear = ({ fleet }: SchedulerView, event: OrkEvent): void => {
  if (event.type === 'WorkerHeartbeat') fleet.measure(event.data.worker, event.data.used, event.data.reserved)
}

/** Looks at every instance that waits again. */
export const reconsider = (view: SchedulerView): void => {
  const { cluster, queue } = view
  view.decidedAt = -1
  for (const job of cluster.jobs.values()) queue.renew(job)
  queue.wakeAll()
}

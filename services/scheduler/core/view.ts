import {
  type Changes,
  type Cluster,
  evolve,
  type Instance,
  ignoreChanges,
  isPlaced,
  type Job,
  knownInstances,
  matesOf,
  type Worker,
} from '#libs/cluster'
import { type Entry, EVENTS, type OrkEvent } from '#libs/events'
import { Claims } from './claims'
import { Feasible } from './feasible'
import { Fleet } from './fleet/fleet'
import { Picker } from './pick'
import { Preemption } from './preempt'
import { Preferences } from './preferences'
import { Queue } from './queue'
import { Replicas } from './replicas'
import { Tenants } from './tenants'

/** What the scheduler knows: the cluster, its workers as numbers, and who waits for a place. */
export interface SchedulerView {
  readonly cluster: Cluster
  readonly fleet: Fleet
  readonly tenants: Tenants
  readonly replicas: Replicas
  readonly feasible: Feasible
  readonly preferences: Preferences
  readonly claims: Claims
  readonly preemption: Preemption
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
  const replicas = new Replicas(cluster)
  const feasible = new Feasible(fleet, tenants, replicas)
  const view: SchedulerView = {
    cluster,
    fleet,
    tenants,
    replicas,
    feasible,
    preferences: new Preferences(fleet, tenants, replicas),
    claims: new Claims(fleet, tenants, feasible, replicas),
    preemption: new Preemption(),
    picker: new Picker(fleet),
    queue: new Queue(),
    kept: null,
    decidedAt: -1,
  }
  for (const worker of cluster.workers.values()) {
    fleet.renew(worker)
    feasible.losesVolumes(worker)
    feasible.freesPortsOf(worker)
  }
  for (const job of cluster.jobs.values()) view.queue.renew(job)
  for (const instance of knownInstances(cluster)) view.claims.note(instance)
  return view
}

/**
 * Folds one entry, and notes what it changed: who waits, what workers have, where there is room.
 *
 * @param also Told of the same changes: somebody who looks at the same cluster.
 */
export const evolveView = (view: SchedulerView, entry: Entry, also: Changes = ignoreChanges): void => {
  const { cluster, fleet, queue, claims, preemption } = view
  const { event } = entry
  const jobs = new Set<Job>()
  const told: Instance[] = []
  let freedVolumes = false
  const ofWorkers = event.type !== 'Unreadable' && EVENTS[event.type].topic === 'worker'
  const changes: Changes = {
    job: (job) => {
      jobs.add(job)
      also.job(job)
    },
    // Of a job that is submitted all instances are looked at below, together.
    instance: (instance) => {
      told.push(instance)
      also.instance(instance)
      if (event.type === 'JobSubmitted') return
      queue.add(instance)
      queue.changed(instance.task.job)
    },
    worker: (worker) => {
      also.worker(worker)
      if (view.feasible.losesVolumes(worker)) freedVolumes = true
      if (ofWorkers) renew(view, worker)
      else fleet.update(worker)
      for (const { name } of view.feasible.freesPortsOf(worker)) {
        const row = fleet.rowOf(name)
        if (row !== undefined) fleet.freed.add(row)
      }
    },
  }
  evolve(cluster, entry, changes)
  for (const instance of told) {
    claims.note(instance)
    preemption.note(view, instance)
    if (isPlaced(instance.state) && instance.state !== 'scheduled' && instance.state !== 'stopping') continue
    for (const mate of matesOf(instance)) {
      queue.recall(mate) // where it must go may be another worker now
      preemption.recall(mate)
    }
  }
  if (freedVolumes) {
    queue.wakeAll() // what was to be made there may now be made anywhere
    preemption.forget()
  }
  for (const job of jobs) {
    claims.noteJob(job)
    queue.renew(job)
  }
  if (jobs.size > 0 || ofWorkers || event.type === 'QuarantineLifted') preemption.forget()
  if (event.type !== 'PolicySet') return
  fleet.breakTiesBy(cluster.scheduling.seed)
  preemption.forget()
}

const renew = ({ fleet, feasible, preferences, queue }: SchedulerView, worker: Worker): void => {
  feasible.forget(fleet.renew(worker))
  preferences.forget()
  queue.wakeAll() // why there is no place may be told anew
}

/** Back to what the log says of the workers, with nothing kept for anybody. */
export const forgetPromises = ({ fleet, tenants, replicas, feasible, claims }: SchedulerView): void => {
  claims.forget()
  fleet.settle()
  tenants.settle()
  replicas.settle()
  feasible.settle()
}

/** As a batch begins: what the log says, and what it keeps for whom. */
export const beginAnew = (view: SchedulerView): void => {
  forgetPromises(view)
  view.claims.keep()
  view.kept = null
}

/** Notes what a worker was measured to use. */
export const hear = ({ fleet }: SchedulerView, event: OrkEvent): void => {
  if (event.type === 'WorkerHeartbeat') fleet.measure(event.data.worker, event.data.used, event.data.reserved)
}

/** Looks at every instance that waits again. */
export const reconsider = (view: SchedulerView): void => {
  const { cluster, queue, preemption } = view
  view.decidedAt = -1
  preemption.forget()
  for (const job of cluster.jobs.values()) queue.renew(job)
  queue.wakeAll()
}

import { type Changes, type Cluster, emptyCluster, evolve, type Instance, isWanted, type Task } from '#libs/cluster'
import type { Entry } from '#libs/events'
import { Heap } from '#libs/kernel'

/** What the scheduler knows: the cluster, who waits for a place, and for whom there is none. */
export interface SchedulerView {
  readonly cluster: Cluster
  readonly waiting: Heap<Instance>
  /** Those in `waiting`, so that none is in it twice. */
  readonly queued: Set<Instance>
  /** Tasks that fit nowhere since a worker last changed. */
  readonly blocked: Set<Task>
  /** Set when a worker has changed for the better or the worse since the last decision. */
  workersChanged: boolean
}

export const initialView = (): SchedulerView => ({
  cluster: emptyCluster(),
  waiting: new Heap(isBefore),
  queued: new Set(),
  blocked: new Set(),
  workersChanged: false,
})

/** Who has waited longest comes first; then by job, task and index, so that the order follows from the log alone. */
const isBefore = (a: Instance, b: Instance): boolean => {
  if (a.since !== b.since) return a.since < b.since
  if (a.task.job !== b.task.job) return a.task.job.name < b.task.job.name
  if (a.task !== b.task) return a.task.name < b.task.name
  return a.index < b.index
}

export const enqueue = (view: SchedulerView, instance: Instance): void => {
  if (instance.state !== 'pending' || !isWanted(instance) || view.queued.has(instance)) return
  view.queued.add(instance)
  view.waiting.push(instance)
}

export const evolveView = (view: SchedulerView, entry: Entry): void => {
  const changes: Changes = {
    // A new version may ask for something else: whatever was said of its tasks no longer holds.
    job: (job) => {
      for (const task of job.tasks.values()) view.blocked.delete(task)
    },
    instance: (instance) => enqueue(view, instance),
    worker: () => {
      view.workersChanged = true
    },
  }
  evolve(view.cluster, entry, changes)
}

/** Puts every instance that waits into the queue again. */
export const reconsider = (view: SchedulerView): void => {
  view.blocked.clear()
  for (const job of view.cluster.jobs.values()) {
    for (const task of job.tasks.values()) {
      if (task.counts.pending === 0) continue
      for (const instance of task.instances) enqueue(view, instance)
    }
  }
}

import { type Changes, type Cluster, emptyCluster, evolve } from '#libs/cluster'
import type { Entry } from '#libs/events'
import { Queue } from './queue'

/** What the scheduler knows: the cluster, and who waits for a place. */
export interface SchedulerView {
  readonly cluster: Cluster
  readonly queue: Queue
}

export const initialView = (): SchedulerView => ({ cluster: emptyCluster(), queue: new Queue() })

/** Folds one entry; a worker that it changed calls those for whom there was no place. */
export const evolveView = (view: SchedulerView, entry: Entry): void => {
  const { queue } = view
  let workersChanged = false
  const changes: Changes = {
    // A new version may ask for something else: whatever was said of its tasks no longer holds.
    job: (job) => {
      for (const task of job.tasks.values()) queue.unblock(task)
    },
    instance: (instance) => queue.add(instance),
    worker: () => {
      workersChanged = true
    },
  }
  evolve(view.cluster, entry, changes)
  // A placement leaves less room than there was: nobody need ask again because of it.
  if (workersChanged && entry.event.type !== 'TaskScheduled') queue.unblockAll()
}

/** Looks at every instance that waits again. */
export const reconsider = (view: SchedulerView): void => {
  view.queue.unblockAll()
  for (const job of view.cluster.jobs.values()) {
    for (const task of job.tasks.values()) {
      if (task.counts.pending === 0) continue
      for (const instance of task.instances) view.queue.add(instance)
    }
  }
}

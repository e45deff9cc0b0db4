import { type Changes, type Cluster, emptyCluster, evolve, type Instance } from '#libs/cluster'
import type { Entry } from '#libs/events'
import { Queue } from './queue'

/** What the scheduler knows: the cluster, and who waits for a place. */
export interface SchedulerView {
  readonly cluster: Cluster
  readonly queue: Queue
  /** What the last batch promised room to, each with the placement that it had before. */
  readonly promised: Map<Instance, number>
}

export const initialView = (): SchedulerView => ({ cluster: emptyCluster(), queue: new Queue(), promised: new Map() })

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

/** What the last batch promised is in the log by now, or never will be: then there is room that others were refused. */
export const settlePromises = ({ promised, queue }: SchedulerView): void => {
  const isBroken = [...promised].some(([instance, placedSeq]) => instance.placedSeq === placedSeq)
  promised.clear()
  if (isBroken) queue.unblockAll()
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

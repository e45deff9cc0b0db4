import { isPlaced } from './lifecycle'
import type { Cluster } from './model/cluster'
import { isWanted, knownInstances } from './queries'
import { enter, enterRetiring } from './transition'

/**
 * Leaves of the whole cluster what the worker of that name sees of the log: the jobs, and its own instances. What is
 * placed elsewhere it hears nothing of, so that waits, as far as this worker can tell, for the place that it may be
 * given here.
 */
export const keepOwnPart = (cluster: Cluster, worker: string): void => {
  for (const instance of knownInstances(cluster)) {
    const { retiring } = instance
    if (retiring !== null && retiring.worker !== worker) {
      enterRetiring(cluster, instance, retiring, 'stopped', retiring.since)
    }
    // What has failed elsewhere may be placed anew, of which this worker hears when it is placed here.
    const mayCome = isPlaced(instance.state) || instance.state === 'failed'
    if (!mayCome || instance.worker === worker) continue
    enter(cluster, instance, isWanted(instance) ? 'pending' : 'stopped', instance.since, instance.reason)
  }
  for (const name of cluster.workers.keys()) if (name !== worker) cluster.workers.delete(name)
}

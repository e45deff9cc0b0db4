import {
  askedTogether,
  type Cluster,
  homeOf,
  type Instance,
  isOpen,
  isToCome,
  matesOf,
  type Worker,
} from '#libs/cluster'
import { RESOURCE_NAMES, type Resources, subtractResources } from '#libs/kernel'

/**
 * The room there is for what would have to be stopped before it can start elsewhere. It looks at means and drivers alone:
 * which worker it will be, and whether another rule is against it, is the scheduler's to say.
 */
export class Room {
  private readonly free = new Map<Worker, Resources>()
  /** Those of a replica for which room was taken together. */
  private readonly together = new Set<Instance>()

  constructor(private readonly cluster: Cluster) {
    for (const worker of cluster.workers.values()) {
      if (!isOpen(worker)) continue
      this.free.set(worker, subtractResources(worker.capacity, worker.reserved))
    }
  }

  /** Takes the room that an instance needs, with those that go where it goes, if a worker has it. */
  take(instance: Instance): boolean {
    if (this.together.has(instance)) return true
    const { spec } = instance.task
    const home = homeOf(this.cluster, instance)
    const followers = home === null ? matesOf(instance).filter((mate) => isToCome(mate, null)) : []
    const asked = askedTogether(instance, followers)
    for (const [worker, free] of this.free) {
      if (home !== null && worker.name !== home) continue
      if (!worker.drivers.includes(spec.driver) || worker.silentDrivers.includes(spec.driver)) continue
      if (RESOURCE_NAMES.some((name) => asked[name] > free[name])) continue
      this.free.set(worker, subtractResources(free, asked))
      for (const follower of followers) this.together.add(follower)
      return true
    }
    return false
  }
}

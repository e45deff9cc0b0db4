import { type Cluster, type Instance, isOpen, type Worker } from '#libs/cluster'
import { RESOURCE_NAMES, type Resources, subtractResources } from '#libs/kernel'

/**
 * The room there is for what would have to be stopped before it can start elsewhere. It looks at means and drivers alone:
 * which worker it will be, and whether another rule is against it, is the scheduler's to say.
 */
export class Room {
  private readonly free = new Map<Worker, Resources>()

  constructor({ workers }: Cluster) {
    for (const worker of workers.values()) {
      if (!isOpen(worker)) continue
      this.free.set(worker, subtractResources(worker.capacity, worker.reserved))
    }
  }

  /** Takes the room that an instance needs, if a worker has it. */
  take({ task: { spec } }: Instance): boolean {
    for (const [worker, free] of this.free) {
      if (!worker.drivers.includes(spec.driver) || worker.silentDrivers.includes(spec.driver)) continue
      if (RESOURCE_NAMES.some((name) => spec.resources[name] > free[name])) continue
      this.free.set(worker, subtractResources(free, spec.resources))
      return true
    }
    return false
  }
}

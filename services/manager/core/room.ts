import {
  askedTogether,
  attributeOf,
  type Cluster,
  homeOf,
  type Instance,
  isOpen,
  isToCome,
  matesOf,
  mostForOne,
  volumesOf,
  type Worker,
} from '#libs/cluster'
import { RESOURCE_NAMES, type Resources, subtractResources } from '#libs/kernel'
import { isMet } from '#libs/spec'

/**
 * The room there is for what would have to be stopped before it can start elsewhere. It looks at what workers are and have
 * room for: which of them it will be, and whether something that is placed there is against it, is the scheduler's to say.
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
    const home = homeOf(this.cluster, instance)
    const followers = home === null ? matesOf(instance).filter((mate) => isToCome(mate, null)) : []
    const asked = askedTogether(instance, followers)
    for (const [worker, free] of this.free) {
      if (home !== null && worker.name !== home) continue
      if (RESOURCE_NAMES.some((name) => asked[name] > Math.min(free[name], mostForOne(worker, name)))) continue
      if (![instance, ...followers].every((one) => suits(worker, one) && !this.isBoundElsewhere(worker, one))) continue
      this.free.set(worker, subtractResources(free, asked))
      for (const follower of followers) this.together.add(follower)
      return true
    }
    return false
  }

  /** Whether one of its volumes is on other workers and not on this one. */
  private isBoundElsewhere({ volumes }: Worker, { task, index }: Instance): boolean {
    return volumesOf({ task, index, spec: task.spec }).some((name) => !volumes.has(name) && this.isSomewhere(name))
  }

  private isSomewhere(volume: string): boolean {
    for (const { volumes } of this.cluster.workers.values()) if (volumes.has(volume)) return true
    return false
  }
}

/** Whether a worker takes such an instance at all, whatever it has room for. */
const suits = (worker: Worker, { task: { spec }, rejectedBy }: Instance): boolean =>
  worker.drivers.includes(spec.driver) &&
  !worker.silentDrivers.includes(spec.driver) &&
  !rejectedBy.includes(worker.name) &&
  (spec.constraints ?? []).every((one) => isMet(one, attributeOf(worker, one.attribute))) &&
  Object.entries(spec.resources.devices ?? {}).every(([name, count]) => count <= (worker.devices[name] ?? 0))

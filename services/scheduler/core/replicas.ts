import { askedTogether, type Cluster, homeOf, type Instance, isColocated, isToCome, matesOf } from '#libs/cluster'
import { NONE, type Resources } from '#libs/kernel'

/**
 * Of jobs whose tasks share a worker: where each replica is, as the log tells and as this batch has placed it. All other
 * instances are bound to no worker, and come alone.
 */
export class Replicas {
  /** By instance: the worker on which this batch has placed it. */
  private readonly placed = new Map<Instance, string>()

  constructor(private readonly cluster: Cluster) {}

  /** The worker to which the instance must go; null: it may go anywhere. */
  homeOf(instance: Instance): string | null {
    if (!isColocated(instance.task.job)) return null
    for (const mate of this.placed.size > 0 ? matesOf(instance) : []) {
      const worker = this.placed.get(mate)
      if (worker !== undefined) return worker
    }
    return homeOf(this.cluster, instance)
  }

  /** Those that will follow an instance to wherever it is placed; none where it follows itself. */
  followersOf(instance: Instance): readonly Instance[] {
    if (!isColocated(instance.task.job) || this.homeOf(instance) !== null) return NONE
    return matesOf(instance).filter((mate) => isToCome(mate, null))
  }

  /** What must be free on a worker for an instance to be placed there. */
  askedBy(instance: Instance): Resources {
    const followers = this.followersOf(instance)
    return followers.length === 0 ? instance.task.spec.resources : askedTogether(instance, followers)
  }

  /** One more is placed than the log tells of. */
  promise(instance: Instance, worker: string): void {
    if (isColocated(instance.task.job)) this.placed.set(instance, worker)
  }

  settle(): void {
    this.placed.clear()
  }
}

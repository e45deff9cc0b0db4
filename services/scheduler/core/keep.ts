import type { Instance } from '#libs/cluster'
import { RESOURCE_NAMES } from '#libs/kernel'
import { shareOf } from './fleet/numbers'
import { byTurn, turnOf } from './queue'
import type { Kept, SchedulerView } from './view'

/** How much later than another instance one may be due and still take the room that the other would need. */
export const PATIENCE_MS = 60_000

/** Of how many that wait too long a worker is looked for: those that none could ever take cost a look at each worker. */
const LOOKED_FOR = 8

/**
 * Against starvation: once instances are due that came a minute after one that has no place (by turn, so that priority
 * counts), one worker is kept for that one: the one on which it lacks least. Nothing new goes there until it fits.
 * Of several that wait so long, the first has a worker kept at a time; one that no worker could ever take has none.
 */
export class Keeper {
  /** Those that have no place, by turn; null: not looked at yet. */
  private waiting: Instance[] | null = null
  /** Those of them that no worker could take were it empty. */
  private readonly hopeless = new Set<Instance>()

  constructor(private readonly view: SchedulerView) {}

  /** An instance was parked in this batch. */
  waits(instance: Instance): void {
    if (this.waiting === null || instance.rejectedBy.length > 0) return
    const after = this.waiting.findLastIndex((other) => byTurn(other, instance) < 0)
    this.waiting.splice(after + 1, 0, instance)
  }

  /** The worker that is not for this instance, since another one has waited so much longer. */
  before(due: Instance): Kept | null {
    this.waiting ??= [...this.view.queue.parkedFirsts()]
    this.view.kept ??= this.find(this.waiting, due)
    return this.view.kept
  }

  private find(waiting: readonly Instance[], due: Instance): Kept | null {
    for (let at = 0; at < LOOKED_FOR; at += 1) {
      const instance = waiting[at]
      if (instance === undefined || !isTooLate(instance, due)) return null
      if (this.hopeless.has(instance)) continue
      const row = nearest(this.view, instance)
      if (row >= 0) return { row, instance }
      this.hopeless.add(instance)
    }
    return null
  }
}

const isTooLate = (waiting: Instance, due: Instance): boolean => turnOf(waiting) + PATIENCE_MS <= turnOf(due)

/** The worker that could take an instance were it empty, and lacks the smallest shares for it; -1 if there is none. */
const nearest = ({ fleet, feasible }: SchedulerView, instance: Instance): number => {
  const { resources } = instance.task.spec
  const admits = feasible.admits(instance)
  let best = -1
  let least = Number.POSITIVE_INFINITY
  for (const row of fleet.byRank) {
    const capacity = fleet.workers[row]?.capacity
    if (capacity === undefined || RESOURCE_NAMES.some((name) => resources[name] > capacity[name])) continue
    if (!admits(row)) continue
    let lacks = 0
    for (const [k, name] of RESOURCE_NAMES.entries()) {
      lacks += shareOf(Math.max(0, resources[name] - fleet.unused(row, k)), capacity[name])
    }
    if (lacks >= least) continue
    best = row
    least = lacks
  }
  return best
}

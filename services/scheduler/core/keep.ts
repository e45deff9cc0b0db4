import { type Attempt, type Instance, instanceOf, isWanted, mostForOne, type Worker } from '#libs/cluster'
import { addResources, NO_RESOURCES, RESOURCE_NAMES, type Resources } from '#libs/kernel'
import { endsByItself } from '#libs/spec'
import { shareOf } from './fleet/numbers'
import { byTurn, isAlone, turnOf } from './queue'
import type { Kept, SchedulerView } from './view'

/** How much later than another instance one may be due and still take the room that the other would need. */
export const PATIENCE_MS = 60_000

/**
 * How many events the log must have told since it last told of who waits. `PATIENCE_MS` compares what machines took for
 * the time, and one of them may be wrong; what the log holds is the same for all.
 */
export const PATIENCE_EVENTS = 20

/** Of how many that wait too long a worker is looked for: those that none could ever take cost a look at each worker. */
const LOOKED_FOR = 8

/**
 * Against starvation: once instances are due that came a minute after one that has no place (by turn, so that priority
 * counts), one worker is kept for that one: the one on which it lacks least, of those where what it lacks is held by
 * what ends by itself. Nothing new goes there until it fits, or until it has been kept for as many events as were told
 * before (`isItsStretch`). Of several that wait so long, the first has a worker kept at a time.
 */
export class Keeper {
  /** Those that have no place, by turn; null: not looked at yet. */
  private waiting: Instance[] | null = null
  /** Those of them that no worker could take, were all gone from it that ends. */
  private readonly hopeless = new Set<Instance>()
  /** By row: what is held there by what stays. */
  private readonly staying = new Map<number, Resources>()

  constructor(private readonly view: SchedulerView) {}

  /** An instance was parked in this batch. */
  waits(instance: Instance): void {
    if (this.waiting === null || isAlone(instance)) return
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
      if (this.hopeless.has(instance) || !isItsStretch(eventsSince(instance, this.view.cluster.seq))) continue
      const row = this.nearest(instance)
      if (row >= 0) return { row, instance }
      this.hopeless.add(instance)
    }
    return null
  }

  /** The worker that could take an instance once all is gone that ends, and lacks the smallest shares for it; or -1. */
  private nearest(instance: Instance): number {
    const { fleet, feasible } = this.view
    const { resources } = instance.task.spec
    const admits = feasible.admits(instance)
    let best = -1
    let least = Number.POSITIVE_INFINITY
    for (const row of fleet.byRank) {
      const worker = fleet.workers[row]
      if (worker === undefined || !fits(resources, NO_RESOURCES, worker) || !admits(row)) continue
      let lacks = 0
      for (const [k, name] of RESOURCE_NAMES.entries()) {
        lacks += shareOf(Math.max(0, resources[name] - fleet.unused(row, k)), worker.capacity[name])
      }
      if (lacks >= least || !fits(resources, this.stayingOn(row, worker), worker)) continue
      best = row
      least = lacks
    }
    return best
  }

  private stayingOn(row: number, worker: Worker): Resources {
    const known = this.staying.get(row)
    if (known !== undefined) return known
    let sum = NO_RESOURCES
    for (const attempt of worker.instances) if (!ends(attempt)) sum = addResources(sum, attempt.spec.resources)
    this.staying.set(row, sum)
    return sum
  }
}

const isTooLate = (waiting: Instance, due: Instance): boolean => turnOf(waiting) + PATIENCE_MS <= turnOf(due)

/** How many events came since the log last told of the instance, or of its job if it never did. */
const eventsSince = ({ seq, task }: Instance, now: number): number =>
  now - Math.max(seq, task.job.history.at(-1)?.seq ?? 0)

/**
 * A worker is kept from 20 events to 40, from 80 to 160, from 320 to 640 and so on. So it is never kept for ever for what
 * does not end, and there is a stretch for whatever does, however long that takes.
 */
const isItsStretch = (events: number): boolean =>
  events >= PATIENCE_EVENTS && Math.floor(Math.log2(events / PATIENCE_EVENTS)) % 2 === 0

const fits = (asked: Resources, held: Resources, worker: Worker): boolean =>
  RESOURCE_NAMES.every(
    (name) => asked[name] + held[name] <= worker.capacity[name] && asked[name] <= mostForOne(worker, name),
  )

/** Whether it leaves its worker without anybody's doing: batch work, and what is about to be gone. */
const ends = (attempt: Attempt): boolean =>
  endsByItself(attempt.task.job.kind) ||
  attempt.state === 'stopping' ||
  !isWanted(attempt) ||
  instanceOf(attempt) !== attempt

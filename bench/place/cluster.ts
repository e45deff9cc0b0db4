import { type Attempt, type Cluster, emptyCluster, evolve, ignoreChanges, type Worker } from '#libs/cluster'
import { stamp } from '#libs/events'
import { addResources, NO_RESOURCES, type Resources, subtractResources } from '#libs/kernel'
import { registered } from '../../libs/testing/happenings'
import { Fleet } from '../../services/scheduler/core/fleet/fleet'

/** A placement that can be taken back. */
export interface Placed {
  readonly row: number
  readonly asked: Resources
  /** Stands for what is placed: it is only counted. */
  readonly attempt: Attempt
}

export const placement = (row: number, asked: Resources): Placed => ({ row, asked, attempt: {} as Attempt })

/** Workers as the scheduler sees them, without a log: placing is promising, and what leaves is told as the fold tells it. */
export class BenchCluster {
  readonly fleet = new Fleet()
  readonly total: Resources
  used = NO_RESOURCES
  private readonly workers: readonly Worker[]

  constructor(capacities: readonly Resources[]) {
    this.workers = [...joined(capacities).workers.values()]
    for (const worker of this.workers) this.fleet.renew(worker)
    this.total = capacities.reduce(addResources, NO_RESOURCES)
  }

  /** What the log would tell of a placement, once it is folded. */
  fold({ row, asked, attempt }: Placed): void {
    const worker = this.worker(row)
    worker.reserved = addResources(worker.reserved, asked)
    worker.instances.add(attempt)
    this.used = addResources(this.used, asked)
  }

  leave({ row, asked, attempt }: Placed): void {
    const worker = this.worker(row)
    worker.reserved = subtractResources(worker.reserved, asked)
    worker.instances.delete(attempt)
    this.used = subtractResources(this.used, asked)
    this.fleet.update(worker)
  }

  /** Share in use of the scarcer resource, 0 to 1. */
  get use(): number {
    return shareOf(this.used, this.total)
  }

  /** The same of those workers alone that have anything. */
  get useOfBegun(): number {
    const begun = this.workers.filter(({ reserved }) => reserved.cpuMilli > 0)
    return shareOf(this.used, begun.map(({ capacity }) => capacity).reduce(addResources, NO_RESOURCES))
  }

  /** Standard deviation of the workers' loads, each the share in use of its scarcer resource. */
  get sigma(): number {
    const loads = this.workers.map(({ reserved, capacity }) => shareOf(reserved, capacity))
    const mean = loads.reduce((sum, load) => sum + load, 0) / loads.length
    return Math.sqrt(loads.reduce((sum, load) => sum + (load - mean) ** 2, 0) / loads.length)
  }

  private worker(row: number): Worker {
    return this.workers[row] as Worker
  }
}

const shareOf = (used: Resources, total: Resources): number =>
  Math.max(used.cpuMilli / total.cpuMilli, used.memoryBytes / total.memoryBytes)

/** What the log tells once workers of these capacities have joined. */
export const joined = (capacities: readonly Resources[]): Cluster => {
  const cluster = emptyCluster()
  for (const [at, capacity] of capacities.entries()) {
    const draft = registered(`w${String(at).padStart(5, '0')}`)
    if (draft.type !== 'WorkerRegistered') continue
    const by = { id: `e${at}`, source: 'worker/bench', time: 0 } as const
    evolve(cluster, { seq: at + 1, event: stamp({ ...draft, data: { ...draft.data, capacity } }, by) }, ignoreChanges)
  }
  return cluster
}

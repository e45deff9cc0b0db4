import type { Instance } from '#libs/cluster'
import { hostPortKey } from '#libs/cluster'
import { type Candidate, FILTERS } from './filters'
import type { Fleet } from './fleet/fleet'
import { siteOf } from './needs'
import type { Admits } from './pick'

const OF_WORKER = FILTERS.filter(({ about }) => about === 'worker')
const OF_INSTANCE = FILTERS.filter(({ about }) => about === 'instance')

/** Which workers may have an instance, apart from room: the filters, with the answers that hold for long remembered. */
export class Feasible {
  /** By site and row: the answer of the filters about workers; absent: not asked since the worker changed. */
  private readonly sites = new Map<string, (boolean | undefined)[]>()
  /** Host ports that this batch has given away, by row. */
  private readonly ports = new Map<number, Set<string>>()

  constructor(private readonly fleet: Fleet) {}

  /** Whether a worker that has room takes the instance. */
  admits(instance: Instance): Admits {
    const { spec } = instance.task
    const answers = this.answersFor(siteOf(spec))
    const plain = instance.rejectedBy.length === 0 && spec.ports.every(({ hostPort }) => hostPort === 0)
    return (row) => {
      answers[row] ??= passes(OF_WORKER, instance, this.candidate(row))
      return answers[row] === true && (plain || passes(OF_INSTANCE, instance, this.candidate(row)))
    }
  }

  candidate(row: number): Candidate {
    const worker = this.fleet.workers[row] as Candidate['worker']
    const free = {
      cpuMilli: this.fleet.unused(row, 0),
      memoryBytes: this.fleet.unused(row, 1),
      diskBytes: this.fleet.unused(row, 2),
    }
    return { worker, free, hostPorts: this.ports.get(row) ?? worker.hostPorts }
  }

  promise(row: number, { task }: Instance): void {
    for (const port of task.spec.ports) {
      if (port.hostPort === 0) continue
      const taken = this.ports.get(row) ?? new Set(this.fleet.workers[row]?.hostPorts)
      this.ports.set(row, taken.add(hostPortKey(port)))
    }
  }

  settle(): void {
    this.ports.clear()
  }

  /** The worker is not what it was. */
  forget(row: number): void {
    for (const answers of this.sites.values()) answers[row] = undefined
  }

  private answersFor(site: string): (boolean | undefined)[] {
    const known = this.sites.get(site)
    if (known !== undefined) return known
    const answers: (boolean | undefined)[] = []
    this.sites.set(site, answers)
    return answers
  }
}

const passes = (filters: typeof FILTERS, instance: Instance, candidate: Candidate): boolean => {
  for (const filter of filters) if (filter.rejects(instance, candidate) !== null) return false
  return true
}

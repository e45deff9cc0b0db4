import {
  hostPortsOf,
  type Instance,
  isColocated,
  machinesOf,
  type Port,
  targetOf,
  volumesOf,
  type Worker,
} from '#libs/cluster'
import { NONE } from '#libs/kernel'
import type { TaskSpec } from '#libs/spec'
import { chosenPorts } from './choosePorts'
import { type Candidate, devicesAfter, FILTERS } from './filters'
import type { Fleet } from './fleet/fleet'
import { siteOf } from './needs'
import type { Admits } from './pick'
import type { Replicas } from './replicas'
import type { Tenants } from './tenants'

const OF_WORKER = FILTERS.filter(({ about }) => about === 'worker')
const OF_INSTANCE = FILTERS.filter(({ about }) => about === 'instance')

/** Of so many sites the answers are remembered; of more, jobs that ask for this and that, they are asked anew. */
const MOST_SITES = 500

/** Which workers may have an instance, apart from room: the filters, with the answers that hold for long remembered. */
export class Feasible {
  /** By site and row: the answer of the filters about workers; absent: not asked since the worker changed. */
  private readonly sites = new Map<string, (boolean | undefined)[]>()
  /** Host ports of workers, with those that this batch has given away. */
  private readonly ports = new Map<Worker, ReadonlySet<string>>()
  /** With whom workers share host ports (`machinesOf`); null: workers have changed since that was asked. */
  private machines: ReturnType<typeof machinesOf> | null = null
  /** Devices that are promised, with what this batch has promised, by row. */
  private readonly devices = new Map<number, ReadonlyMap<string, number>>()
  /** By volume: the workers that have it, with those that this batch has given it to. */
  private readonly homes = new Map<string, Set<string>>()
  /** How many volumes each worker has, as of the last `losesVolumes`. */
  private readonly volumes = new Map<Worker, number>()
  /** How many host ports, as of the last `freesPortsOf`. */
  private readonly portCounts = new Map<Worker, number>()

  constructor(
    private readonly fleet: Fleet,
    private readonly tenants: Tenants,
    private readonly replicas: Replicas,
  ) {}

  /** Whether a worker that has room takes the instance. */
  admits(instance: Instance): Admits {
    const { spec } = instance.task
    const answers = this.answersFor(siteOf(spec))
    const isBound = targetOf(instance) !== null || isColocated(instance.task.job)
    const plain = instance.rejectedBy.length === 0 && !isBound && isPlain(spec)
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
    return {
      worker,
      free,
      hostPorts: this.portsAround(worker),
      holderOf: (hostPort) => this.around(worker).find((one) => this.portsOf(one).has(hostPort))?.name ?? null,
      reservedDevices: this.devices.get(row) ?? worker.reservedDevices,
      homesOf: this.homesOf,
      otherOf: (task, index) => this.tenants.of(task).otherOn(row, index),
      homeOf: this.homeOf,
      followersOf: this.followersOf,
      askedBy: this.askedBy,
    }
  }

  /** Gives an instance what it needs of the worker apart from room; tells the host ports that were chosen for it. */
  promise(row: number, instance: Instance): Port[] {
    const { spec } = instance.task
    if (isPlain(spec)) return []
    const before = this.candidate(row)
    const { worker } = before
    const chosen = chosenPorts(instance, before.hostPorts)
    this.ports.set(worker, new Set([...this.portsOf(worker), ...hostPortsOf({ spec, chosenPorts: chosen })]))
    this.devices.set(row, devicesAfter(before.reservedDevices, spec, 1))
    for (const name of volumesOf({ ...instance, spec })) {
      const homes = this.homesOf(name)
      if (homes.size === 0) this.homes.set(name, new Set([worker.name]))
    }
    return chosen
  }

  /** Takes back what `promise` gave it, but for its volumes, which nobody else is kept from. */
  retract(row: number, { task: { spec } }: Instance, chosen: readonly Port[]): void {
    if (isPlain(spec)) return
    const { worker, reservedDevices } = this.candidate(row)
    const own = hostPortsOf({ spec, chosenPorts: chosen })
    this.ports.set(worker, new Set([...this.portsOf(worker)].filter((key) => !own.includes(key))))
    this.devices.set(row, devicesAfter(reservedDevices, spec, -1))
  }

  settle(): void {
    this.ports.clear()
    this.devices.clear()
    this.homes.clear()
  }

  private readonly homeOf = (instance: Instance): string | null => this.replicas.homeOf(instance)
  private readonly followersOf = (instance: Instance): readonly Instance[] => this.replicas.followersOf(instance)
  private readonly askedBy = (instance: Instance) => this.replicas.askedBy(instance)

  private readonly homesOf = (name: string): ReadonlySet<string> => {
    const known = this.homes.get(name)
    if (known !== undefined) return known
    const homes = new Set<string>()
    for (const worker of this.fleet.workers) if (worker.volumes.has(name)) homes.add(worker.name)
    this.homes.set(name, homes)
    return homes
  }

  /** Whether a worker has fewer volumes than when this was last asked: what is nowhere else may be made anywhere now. */
  losesVolumes(worker: Worker): boolean {
    const before = this.volumes.get(worker) ?? 0
    this.volumes.set(worker, worker.volumes.size)
    return worker.volumes.size < before
  }

  /** Those that may have other host ports to give than when this was last asked: each of its machine, if any is free since. */
  freesPortsOf(worker: Worker): readonly Worker[] {
    if (worker.portSpaces.length === 0) return NONE
    const before = this.portCounts.get(worker) ?? 0
    this.portCounts.set(worker, worker.hostPorts.size)
    return worker.hostPorts.size < before ? this.around(worker) : NONE
  }

  /** The workers of its machine. */
  private around(worker: Worker): readonly Worker[] {
    this.machines ??= machinesOf(this.fleet.workers)
    return this.machines.get(worker) ?? [worker]
  }

  private portsOf(worker: Worker): ReadonlySet<string> {
    return this.ports.get(worker) ?? worker.hostPorts
  }

  /** Host ports that are taken on its machine. */
  private portsAround(worker: Worker): ReadonlySet<string> {
    const machine = worker.portSpaces.length === 0 ? NONE : this.around(worker)
    if (machine.length < 2) return this.portsOf(worker) // as nearly always, and this is asked of each worker
    return new Set(machine.flatMap((one) => [...this.portsOf(one)]))
  }

  /** The worker is not what it was. */
  forget(row: number): void {
    this.machines = null
    for (const answers of this.sites.values()) answers[row] = undefined
  }

  private answersFor(site: string): (boolean | undefined)[] {
    const known = this.sites.get(site)
    if (known !== undefined) return known
    const answers: (boolean | undefined)[] = []
    if (this.sites.size >= MOST_SITES) this.sites.clear()
    this.sites.set(site, answers)
    return answers
  }
}

/** Whether a task needs nothing but room, and what its worker is. */
const isPlain = ({ ports, resources, volumes, distinctWorkers }: TaskSpec): boolean =>
  resources.devices === undefined &&
  volumes === undefined &&
  distinctWorkers === undefined &&
  ports.every(({ hostPort, hostPortRange }) => hostPort === 0 && hostPortRange === undefined)

const passes = (filters: typeof FILTERS, instance: Instance, candidate: Candidate): boolean => {
  for (const filter of filters) if (filter.rejects(instance, candidate) !== null) return false
  return true
}

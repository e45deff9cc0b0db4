import {
  askedTogether,
  type Cluster,
  countDevices,
  homeOf,
  hostPortsOf,
  type Instance,
  isOpen,
  isToCome,
  matesOf,
  meets,
  mostForOne,
  volumesOf,
  type Worker,
} from '#libs/cluster'
import { NONE, RESOURCE_NAMES, type Resources, subtractResources } from '#libs/kernel'

/**
 * The room there is for what would have to be stopped before it can start elsewhere: on workers that suit it and have what
 * it asks for left. Which of them it will be is the scheduler's to say.
 */
export class Room {
  private readonly free = new Map<Worker, Resources>()
  /** Those for whom room was taken, by where that is. */
  private readonly coming = new Map<Worker, Instance[]>()
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
    const all = [instance, ...followers]
    const asked = askedTogether(instance, followers)
    const volumes = all.flatMap(namedVolumesOf).filter((name) => this.isSomewhere(name))
    for (const [worker, free] of this.free) {
      if (home !== null && worker.name !== home) continue
      if (RESOURCE_NAMES.some((name) => asked[name] > Math.min(free[name], mostForOne(worker, name)))) continue
      if (!volumes.every((name) => worker.volumes.has(name))) continue
      if (!all.every((one) => suits(worker, one)) || !this.hasLeft(worker, all)) continue
      this.free.set(worker, subtractResources(free, asked))
      this.coming.set(worker, [...this.comingTo(worker), ...all])
      for (const follower of followers) this.together.add(follower)
      return true
    }
    return false
  }

  private isSomewhere(volume: string): boolean {
    for (const { volumes } of this.cluster.workers.values()) if (volumes.has(volume)) return true
    return false
  }

  private comingTo(worker: Worker): readonly Instance[] {
    return this.coming.get(worker) ?? []
  }

  /** Whether a worker can give all of them the devices and host ports they ask for, and none of their tasks is in the way. */
  private hasLeft(worker: Worker, all: readonly Instance[]): boolean {
    const coming = this.comingTo(worker)
    const ports = all.flatMap(fixedPortsOf)
    const isTaken = (port: string): boolean =>
      worker.hostPorts.has(port) || coming.some((one) => fixedPortsOf(one).includes(port))
    const devices = new Map(worker.reservedDevices)
    for (const { task } of [...coming, ...all]) countDevices(devices, task.spec, 1)
    return (
      !ports.some(isTaken) &&
      all.every((one) => isApart(one, worker.instances) && isApart(one, coming)) &&
      all.flatMap(deviceNamesOf).every((name) => (devices.get(name) ?? 0) <= (worker.devices[name] ?? 0))
    )
  }
}

/** Whether a worker takes such an instance at all, whatever it has left. */
const suits = (worker: Worker, { task: { spec }, rejectedBy }: Instance): boolean =>
  worker.drivers.includes(spec.driver) &&
  !worker.silentDrivers.includes(spec.driver) &&
  !rejectedBy.includes(worker.name) &&
  meets(worker, spec.constraints)

/** Whether none of some is another one of its task, where no two of that share a worker. */
const isApart = ({ task, index }: Instance, others: Iterable<Pick<Instance, 'task' | 'index'>>): boolean => {
  if (task.spec.distinctWorkers !== true) return true
  for (const other of others) if (other.task === task && other.index !== index) return false
  return true
}

const namedVolumesOf = ({ task, index }: Instance): readonly string[] => volumesOf({ task, index, spec: task.spec })

const fixedPortsOf = ({ task }: Instance): readonly string[] => hostPortsOf({ spec: task.spec, chosenPorts: NONE })

const deviceNamesOf = ({ task }: Instance): readonly string[] => Object.keys(task.spec.resources.devices ?? {})

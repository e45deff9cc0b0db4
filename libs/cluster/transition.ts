import { addResources, subtractResources } from '#libs/kernel'
import { type PortSpec, type TaskSpec, volumeName } from '#libs/spec'
import { type Health, type InstanceState, isOver, isPlaced, isUnready } from './lifecycle'
import type { Changes } from './model/changes'
import type { Cluster } from './model/cluster'
import type { Attempt, Instance } from './model/job'
import type { Worker } from './model/worker'
import { isOutdated } from './queries'

/**
 * Moves an instance into a state and keeps what depends on it right: the task's counts and, when it comes to be placed
 * or no longer is, what its worker has promised. `instance.worker` and `instance.spec` must be the placement's. `of`: how
 * many it stands for, of whom none was ever placed.
 */
export const enter = (
  cluster: Cluster,
  instance: Instance,
  state: InstanceState,
  time: number,
  reason: string | null,
  of = 1,
): void => {
  const { counts } = instance.task
  const wasUnready = isUnready(instance)
  counts[instance.state] -= of
  counts[state] += of
  const before = isPlaced(instance.state)
  const after = isPlaced(state)
  if (before && !after && isOutdated(instance)) instance.task.outdated -= 1
  if (before !== after) {
    const worker = instance.worker === null ? undefined : cluster.workers.get(instance.worker)
    if (worker !== undefined) (after ? reserve : release)(worker, instance)
    else if (after) cluster.unhosted.add(instance)
    else cluster.unhosted.delete(instance)
  }
  if (instance.state !== state) instance.since = time
  instance.state = state
  instance.reason = reason
  instance.task.unready += Number(isUnready(instance)) - Number(wasUnready)
  if (!isOver(state)) return
  instance.aim = null
  instance.awaits = null
}

/** Takes note of an instance's health while it runs. */
export const enterHealth = (instance: Instance, health: Health): void => {
  const wasUnready = isUnready(instance)
  instance.health = health
  instance.task.unready += Number(isUnready(instance)) - Number(wasUnready)
}

/** Leaves the current attempt beside the instance, where it goes on and keeps its place, and asks for the next one. */
export const retire = (cluster: Cluster, instance: Instance, time: number, reason: string): void => {
  const {
    retiring: _,
    seq: __,
    rejectedBy: ___,
    recent: ____,
    avoids: _____,
    reschedules: ______,
    aim: _______,
    run: ________,
    awaits: _________,
    ...current
  } = instance
  const attempt: Attempt = { ...current, reason }
  const worker = instance.worker === null ? undefined : cluster.workers.get(instance.worker)
  const held = worker?.instances ?? cluster.unhosted
  held.delete(instance)
  held.add(attempt)
  instance.retiring = attempt
  instance.task.retiring += 1
  instance.worker = null // what it had there is the retiring attempt's now
  enter(cluster, instance, 'pending', time, reason)
  Object.assign(instance, { startedAt: 0, health: null, restarts: 0, container: null, ports: [], exit: null })
}

/** A retiring attempt goes on as told; any state in which it is not placed is its end. */
export const enterRetiring = (
  cluster: Cluster,
  instance: Instance,
  attempt: Attempt,
  state: InstanceState,
  time: number,
): void => {
  if (attempt.state !== state) attempt.since = time
  attempt.state = state
  if (state === 'running' || state === 'stopping') return
  const worker = attempt.worker === null ? undefined : cluster.workers.get(attempt.worker)
  if (worker !== undefined) release(worker, attempt)
  else cluster.unhosted.delete(attempt)
  instance.retiring = null
  instance.task.retiring -= 1
}

/** What is not wanted any more: pending it simply ends, placed it is asked to. `of`: how many it stands for. */
export const stopUnwanted = (
  cluster: Cluster,
  instance: Instance,
  time: number,
  reason: string,
  changes: Changes,
  of = 1,
): void => {
  const { retiring } = instance
  if (retiring?.state === 'running') {
    retiring.reason = reason
    enterRetiring(cluster, instance, retiring, 'stopping', time)
    changes.instance(instance)
  }
  if (instance.state === 'pending') enter(cluster, instance, 'stopped', time, reason, of)
  else if (isPlaced(instance.state) && instance.state !== 'stopping') enter(cluster, instance, 'stopping', time, reason)
  else return
  changes.instance(instance)
}

/** A worker has joined: it has what was placed on it before it was known. */
export const adoptUnhosted = (cluster: Cluster, worker: Worker): void => {
  for (const instance of cluster.unhosted) {
    if (instance.worker !== worker.name) continue
    cluster.unhosted.delete(instance)
    reserve(worker, instance)
  }
}

/** `8080/tcp`: a port of a machine as `Worker.hostPorts` has it. */
export const hostPortKey = ({ hostPort, protocol }: Pick<PortSpec, 'hostPort' | 'protocol'>): string =>
  `${hostPort}/${protocol}`

/** The ports of its machine that an attempt has for itself: those its task fixes, and those chosen of ranges. */
export const hostPortsOf = ({ spec, chosenPorts }: Pick<Attempt, 'spec' | 'chosenPorts'>): readonly string[] =>
  spec.ports.flatMap((port) => {
    const hostPort = chosenPorts.find(({ name }) => name === port.name)?.hostPort ?? port.hostPort
    return hostPort === 0 ? [] : [hostPortKey({ ...port, hostPort })]
  })

/** The named volumes that an instance has, each once. */
export const volumesOf = ({ spec, task, index }: Pick<Attempt, 'spec' | 'task' | 'index'>): readonly string[] => {
  if (spec.volumes === undefined) return []
  const of = { job: task.job.name, task: task.name, index }
  const names = spec.volumes.flatMap(({ type, source }) =>
    type === 'volume' && source ? [volumeName(source, of)] : [],
  )
  return [...new Set(names)]
}

const reserve = (worker: Worker, attempt: Attempt): void => {
  worker.instances.add(attempt)
  worker.reserved = addResources(worker.reserved, attempt.spec.resources)
  for (const key of hostPortsOf(attempt)) worker.hostPorts.add(key)
  countDevices(worker.reservedDevices, attempt.spec, 1)
  for (const name of volumesOf(attempt)) {
    const volume = worker.volumes.get(name) ?? { made: false, users: 0 }
    volume.users += 1
    volume.made ||= attempt.startedAt !== 0
    worker.volumes.set(name, volume)
  }
}

const release = (worker: Worker, attempt: Attempt): void => {
  if (!worker.instances.delete(attempt)) return
  worker.reserved = subtractResources(worker.reserved, attempt.spec.resources)
  for (const key of hostPortsOf(attempt)) if (!holdsPort(worker, key)) worker.hostPorts.delete(key)
  countDevices(worker.reservedDevices, attempt.spec, -1)
  for (const name of volumesOf(attempt)) {
    const volume = worker.volumes.get(name)
    if (volume === undefined) continue
    volume.users -= 1
    if (volume.users === 0 && !volume.made) worker.volumes.delete(name)
  }
}

/** Its container was started, with its volumes: they stay on its worker, whatever becomes of it. */
export const keepVolumes = (cluster: Cluster, attempt: Attempt): void => {
  if (attempt.spec.volumes === undefined || attempt.worker === null) return
  const worker = cluster.workers.get(attempt.worker)
  for (const name of volumesOf(attempt)) {
    const volume = worker?.volumes.get(name)
    if (volume !== undefined) volume.made = true
  }
}

/** Adds the devices that a task asks for to those that are reserved, or takes them off, in place; none has no entry. */
export const countDevices = (reserved: Map<string, number>, { resources }: TaskSpec, sign: 1 | -1): void => {
  for (const [name, count] of Object.entries(resources.devices ?? {})) {
    const left = (reserved.get(name) ?? 0) + sign * count
    if (left === 0) reserved.delete(name)
    else reserved.set(name, left)
  }
}

/** Two versions of a task may overlap on one worker and ask for the same port: it is free when both are gone. */
const holdsPort = (worker: Worker, key: string): boolean => {
  for (const attempt of worker.instances) if (hostPortsOf(attempt).includes(key)) return true
  return false
}

import { addResources, subtractResources } from '#libs/kernel'
import type { PortSpec } from '#libs/spec'
import { type Health, type InstanceState, isPlaced, isUnready } from './lifecycle'
import { type Attempt, type Cluster, type Instance, isOutdated, type Worker } from './model'

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

/** A worker has joined: it has what was placed on it before it was known. */
export const adoptUnhosted = (cluster: Cluster, worker: Worker): void => {
  for (const instance of cluster.unhosted) {
    if (instance.worker !== worker.name) continue
    cluster.unhosted.delete(instance)
    reserve(worker, instance)
  }
}

export const hostPortKey = (port: PortSpec): string => `${port.hostPort}/${port.protocol}`

const reserve = (worker: Worker, instance: Attempt): void => {
  worker.instances.add(instance)
  worker.reserved = addResources(worker.reserved, instance.spec.resources)
  for (const port of instance.spec.ports) {
    if (port.hostPort !== 0) worker.hostPorts.add(hostPortKey(port))
  }
}

const release = (worker: Worker, instance: Attempt): void => {
  if (!worker.instances.delete(instance)) return
  worker.reserved = subtractResources(worker.reserved, instance.spec.resources)
  for (const port of instance.spec.ports) {
    if (port.hostPort !== 0 && !holdsPort(worker, hostPortKey(port))) worker.hostPorts.delete(hostPortKey(port))
  }
}

/** Two versions of a task may overlap on one worker and ask for the same port: it is free when both are gone. */
const holdsPort = (worker: Worker, key: string): boolean => {
  for (const { spec } of worker.instances) {
    if (spec.ports.some((port) => hostPortKey(port) === key)) return true
  }
  return false
}

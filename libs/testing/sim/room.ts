import {
  attributeOf,
  type Cluster,
  hostPortKey,
  type Instance,
  instanceOf,
  isOpen,
  isPlaced,
  isWanted,
  machinesOf,
  matesOf,
  targetOf,
  volumesOf,
  type Worker,
  whyHeld,
} from '#libs/cluster'
import { addResources, NO_RESOURCES, RESOURCE_NAMES, type Resources, subtractResources } from '#libs/kernel'
import { isMet, type PortSpec } from '#libs/spec'
import { PATIENCE_MS } from '../../../services/scheduler/core/keep'
import { MARGIN } from '../../../services/scheduler/core/preempt'
import { priorityOf, turnOf } from '../../../services/scheduler/core/queue'
import type { World } from './world'

/**
 * A second opinion on placement: whether a worker could take an instance, by the log alone and none of the scheduler's means, and
 * none is kept for somebody who has waited so much longer. It may say no where there is a place, never yes where there is none.
 */
export const hasRoom = (world: World, instance: Instance): boolean => {
  const home = placeOfReplica(world, instance)
  const all = [instance, ...(home === null ? matesOf(instance).filter((mate) => mate.state !== 'completed') : [])]
  const asked = all.reduce((sum, { task }) => addResources(sum, task.spec.resources), NO_RESOURCES)
  const fits = (worker: Worker): boolean =>
    isOpen(worker) &&
    (targetOf(instance) ?? home ?? worker.name) === worker.name &&
    RESOURCE_NAMES.every((name) => asked[name] <= roomFor(world, worker, instance)[name]) &&
    all.every((one) => mayGo(world, worker, one, all.length))
  return (
    whyHeld(instance.task) === null &&
    // The instances of a task wait in one line: what holds for the first of them holds for all.
    ![...instance.task.instances].some((each) => isWaiting(each) && hasElders(world.truth, each)) &&
    [...world.truth.workers.values()].some(fits)
  )
}

/** What is free for an instance on a worker; and where it waits, what lower ones hold there whose place it may take. */
const roomFor = (world: World, worker: Worker, instance: Instance): Resources => {
  const { capacity, reserved, instances } = worker
  const { task, state } = instance
  const { truth } = world
  let room = subtractResources(capacity, reserved)
  for (const awaited of awaitedOn(world, worker, instance)) {
    room = subtractResources(room, awaited.task.spec.resources)
  }
  if (!truth.scheduling.preemption || state !== 'pending') return room
  for (const attempt of instances) {
    const other = instanceOf(attempt)
    const goesWith = [other, ...matesOf(other)]
    const mayGo = other === attempt && goesWith.every((one) => one.retiring === null) && other.task.job !== task.job
    const isLower = priorityOf(other.task.job) + MARGIN <= priorityOf(task.job)
    if (mayGo && isLower) room = addResources(room, attempt.spec.resources)
  }
  return room
}

/** Whether nothing but room is against it on a worker. `among`: how many are to go there together. */
const mayGo = (world: World, worker: Worker, instance: Instance, among: number): boolean => {
  const { constraints = [], distinctWorkers } = instance.task.spec
  return (
    !instance.rejectedBy.includes(worker.name) &&
    constraints.every((one) => isMet(one, attributeOf(worker, one.attribute))) &&
    !(distinctWorkers && hasOther(world, worker, instance)) &&
    hasMore(world, worker, instance, among)
  )
}

/** The worker where others of its replica are, with which it must share one; null: none are anywhere. */
const placeOfReplica = ({ truth }: World, instance: Instance): string | null => {
  const latest = matesOf(instance)
    .filter(({ state, worker }) => {
      const { intake, state: is } = truth.workers.get(worker ?? '') ?? {}
      const isLeft = intake === 'draining' || intake === 'drained'
      if (state === 'completed') return !isLeft && (is === 'ready' || is === 'suspected')
      return isPlaced(state) && state !== 'stopping' && !(isLeft && instance.task.job.kind === 'service')
    })
    .sort((a, b) => b.placedSeq - a.placedSeq)
  return latest[0]?.worker ?? null
}

/** Those that have not come yet to where others of their replica are: what they need there is kept for them. */
const awaitedOn = (world: World, { name }: Worker, except: Instance): readonly Instance[] => {
  const awaited: Instance[] = []
  for (const { tasks } of world.truth.jobs.values()) {
    for (const { instances } of tasks.values()) {
      for (const one of instances) {
        if (one === except || !isWanted(one) || one.state === 'completed') continue
        if (isPlaced(one.state) && one.worker === name) continue
        if (placeOfReplica(world, one) === name) awaited.push(one)
      }
    }
  }
  return awaited
}

/** Whether a volume that is nowhere yet is to be made where one is to come that has it. */
const isAwaited = (world: World, volume: string, except: Instance): boolean =>
  [...world.truth.workers.values()].some((worker) =>
    awaitedOn(world, worker, except).some(({ task, index }) =>
      volumesOf({ task, index, spec: task.spec }).includes(volume),
    ),
  )

/** Whether another one of its task is there, or is to come there. */
const hasOther = (world: World, worker: Worker, instance: Instance): boolean =>
  [...worker.instances, ...awaitedOn(world, worker, instance)].some(
    ({ task, index }) => task === instance.task && index !== instance.index,
  )

/** As many as a task may ask for. */
const MOST_DEVICES = 2

/**
 * The same for what it needs beyond room: devices, a port of each range, and its volumes, there or nowhere yet. What others
 * that are to come there need of it is taken to be the most that there is.
 */
const hasMore = (world: World, worker: Worker, instance: Instance, among: number): boolean => {
  const { truth } = world
  const { task, index } = instance
  const { ports, resources } = task.spec
  const others = among - 1 + awaitedOn(world, worker, instance).length
  const machine = machinesOf(truth.workers.values()).get(worker) ?? [worker]
  const isFree = (port: PortSpec, hostPort: number): boolean =>
    !machine.some(({ hostPorts }) => hostPorts.has(hostPortKey({ ...port, hostPort })))
  const othersAround = machine.reduce((sum, one) => sum + awaitedOn(world, one, instance).length, among - 1)
  const homes = [...truth.workers.values()].map(({ volumes }) => volumes)
  return (
    Object.entries(resources.devices ?? {}).every(
      ([name, count]) =>
        (worker.reservedDevices.get(name) ?? 0) + count + others * MOST_DEVICES <= (worker.devices[name] ?? 0),
    ) &&
    ports.every((port) => {
      const { from, to } = port.hostPortRange ?? { from: 0, to: 0 }
      const free = Array.from({ length: to - from + 1 }, (_, at) => from + at).filter((at) => isFree(port, at))
      return from === 0 || free.length > othersAround
    }) &&
    volumesOf({ task, index, spec: task.spec }).every(
      (name) =>
        worker.volumes.has(name) || !(homes.some((volumes) => volumes.has(name)) || isAwaited(world, name, instance)),
    )
  )
}

/** Whether others have waited so much longer that a worker may be kept for one of them. */
export const hasElders = ({ jobs }: Cluster, instance: Instance): boolean => {
  for (const { tasks } of jobs.values()) {
    for (const { instances } of tasks.values()) {
      const isElder = (other: Instance): boolean => isWaiting(other) && turnOf(other) + PATIENCE_MS <= turnOf(instance)
      if ([...instances].some(isElder)) return true
    }
  }
  return false
}

const isWaiting = (instance: Instance): boolean => instance.state === 'pending' && isWanted(instance)

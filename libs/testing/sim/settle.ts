import {
  attemptsOf,
  attributeOf,
  hasReschedules,
  hostPortKey,
  type Instance,
  idOf,
  instanceOf,
  instancesOfRun,
  isOpen,
  isOutdated,
  isPlaced,
  isUnready,
  isWanted,
  type Job,
  machinesOf,
  matesOf,
  mayBePurged,
  needsCanaries,
  rescheduleAfterMs,
  type Task,
  targetOf,
  volumesOf,
  type Worker,
  whyHeld,
  whyWaiting,
} from '#libs/cluster'
import { containerName } from '#libs/drivers'
import { addResources, instanceId, NO_RESOURCES, RESOURCE_NAMES, type Resources, subtractResources } from '#libs/kernel'
import { isMet, lastTime, type PortSpec } from '#libs/spec'
import { PATIENCE_MS } from '../../../services/scheduler/core/keep'
import { MARGIN } from '../../../services/scheduler/core/preempt'
import { priorityOf, turnOf } from '../../../services/scheduler/core/queue'
import { aJob } from '../happenings'
import { NO_START_ON } from './engine'
import { EPOCH } from './process'
import { CALM } from './weather'
import type { World } from './world'

/** How long a healed cluster has to come to rest, and how long it must then stay so; milliseconds. */
const LIMIT_MS = 240_000
const STEP_MS = 1_000
const CALM_STEPS = 4
const ANSWER_MS = 5_000
/** What fails again and again may wait for so long, and longer, to be placed anew. */
const LONG_MS = 30_000

const NAME = 'everything comes to what is wanted'

/**
 * Mends all that is broken and waits until everything is as the log wants it, then asks for something new and waits
 * again; fails the run where it never is.
 */
export const settle = async (world: World): Promise<void> => {
  heal(world)
  const help = (world: World): void => {
    forgetThoseAway(world)
    skipUnreadable(world)
  }
  await comeToRest(world, help)
  await askForMore(world)
  await comeToRest(world, (world) => {
    help(world)
    finishAll(world)
  })
}

/** Whatever has happened, every manager takes commands, and what they come to is done. */
const askForMore = async (world: World): Promise<void> => {
  const { managers } = world.size
  let confirmed = 0
  for (let version = 1; version <= managers; version += 1) {
    const env = { V: `after ${version}` }
    const spec = aJob({ tasks: [{ env, resources: { cpuMilli: 1, memoryBytes: 1, diskBytes: 0 } }] })
    void world.submit(spec).then((isConfirmed) => {
      if (isConfirmed) confirmed += 1
    })
  }
  await world.time.runUntil(world.time.now + ANSWER_MS, () => world.violation !== null)
  if (confirmed < managers)
    world.fail(NAME, `of ${managers} submits after everything was healed ${confirmed} were confirmed`)
}

/** `help`: what operators do meanwhile, again and again, since requests may be lost. */
const comeToRest = async (world: World, help: (world: World) => void): Promise<void> => {
  const limit = world.time.now + LIMIT_MS
  let wrong: string[] = []
  let calm = 0
  while (world.violation === null && calm < CALM_STEPS) {
    if (world.time.now >= limit) {
      world.fail(NAME, wrong.slice(0, 5).join('; '))
      return
    }
    help(world)
    await world.time.runUntil(world.time.now + STEP_MS, () => world.violation !== null)
    wrong = differences(world)
    calm = wrong.length === 0 ? calm + 1 : 0
  }
}

/** What ran on a machine that is gone may wait for it for ever, unless somebody says that it will not be back. */
const forgetThoseAway = (world: World): void => {
  for (const { name, state } of world.truth.workers.values()) {
    if (world.nodes.get(name)?.away === true && state !== 'forgotten') void world.forget(name)
  }
}

/** Nobody will run the later release. */
const skipUnreadable = (world: World): void => {
  for (const { seq } of world.truth.quarantined.values()) void world.skip(seq)
}

/** What was paused goes on, canaries are found good, and workers are opened again. */
const finishAll = (world: World): void => {
  const asked = { reason: null, actor: 'sim' }
  for (const job of world.truth.jobs.values()) {
    if (job.state !== 'running') continue
    if (job.update?.state === 'paused') void world.ask('resume', { ...asked, job: job.name })
    if (waitsForPromotion(job)) void world.ask('promote', { ...asked, job: job.name })
  }
  for (const { name, intake } of world.truth.workers.values()) {
    const isAway = world.nodes.get(name)?.away === true
    if (intake !== 'open' && !isAway) void world.ask('uncordon', { ...asked, worker: name, deadlineMs: null })
  }
}

const waitsForPromotion = ({ update, tasks }: Job): boolean =>
  update?.state === 'running' && !update.promoted && [...tasks.values()].some(needsCanaries)

const heal = (world: World): void => {
  world.note('>>> everything is healed')
  Object.assign(world.weather, CALM)
  world.servers.store.maxBytes = null
  for (const engine of world.engines.values()) {
    engine.setReachable(true)
    engine.isHealed = true
  }
  for (const node of world.nodes.values()) {
    node.setTrap(null)
    node.mend()
    node.continue()
    node.start()
  }
}

/** What is not as it must be when all is well: in the log, or on the machines. */
const differences = (world: World): string[] => {
  const wrong: string[] = []
  const { truth } = world
  for (const { name, role, away, isStarted, cluster } of world.nodes.values()) {
    if (role === 'client' || away) continue
    if (!isStarted || cluster === null) wrong.push(`${name} has not started`)
    else if (role !== 'worker' && cluster.seq !== truth.seq) wrong.push(`${name} is behind`)
  }
  for (const worker of truth.workers.values()) {
    const expected = world.nodes.get(worker.name)?.away === true ? ['forgotten'] : ['ready']
    if (!expected.includes(worker.state)) wrong.push(`worker ${worker.name} is ${worker.state}`)
    const left = worker.intake === 'drained' || worker.intake === 'draining' ? [...worker.instances] : []
    const mayStay =
      worker.drainDeadlineMs === null &&
      left.some((attempt) => isStuck(attempt.task) || !hasRoom(world, instanceOf(attempt)))
    if (worker.intake === 'draining' && !mayStay) wrong.push(`worker ${worker.name} is not drained`)
    if (worker.intake === 'drained' && left.length > 0 && !mayStay)
      wrong.push(`worker ${worker.name} is drained, and not empty`)
  }
  for (const { seq } of truth.quarantined.values()) wrong.push(`${seq} is in quarantine`)
  const known = new Set<string>()
  for (const job of truth.jobs.values()) wrong.push(...wrongInJob(world, job, known))
  if (truth.rebalance !== null) wrong.push('the moves that were asked for do not come to their end')
  for (const engine of world.engines.values()) {
    for (const { ref } of engine.containers) {
      if (!known.has(`${engine.worker}/${containerName(ref)}`))
        wrong.push(`${containerName(ref)} is left on ${engine.worker}`)
    }
  }
  return wrong
}

/** Adds to `known` the containers that may be there. */
const wrongInJob = (world: World, job: Job, known: Set<string>): string[] => {
  const wrong: string[] = []
  if (job.state === 'stopping') wrong.push(`job ${job.name} is stopping`)
  if (mayBePurged(job)) wrong.push(`job ${job.name} is not purged`)
  const updating = job.state === 'running' && job.update?.state === 'running' && !waitsForPromotion(job)
  if (updating && ![...job.tasks.values()].some(isStuck)) wrong.push(`the update of ${job.name} does not end`)
  if (job.kind === 'system' && job.state === 'running') wrong.push(...wrongTargets(world, job))
  if (job.kind === 'cron' && job.state === 'running') wrong.push(...wrongRuns(world, job))
  for (const task of job.tasks.values()) {
    for (const instance of task.instances) wrong.push(...wrongInInstance(world, task, instance, known))
  }
  const isDone = [...job.tasks.values()].every(({ counts }) => counts.pending + counts.running === 0)
  const isOver = isDone && ![...job.tasks.values()].some(hasReschedules)
  if (job.kind === 'batch' && job.state === 'running' && isOver)
    wrong.push(`batch ${job.name} has ended and does not say so`)
  return wrong
}

/** Longer than whoever leads needs to notice that something is due, as it then has been for so long. */
const DUE_MS = 5_000

/** All that was due has been decided on; and what has ended is told to have. */
const wrongRuns = (world: World, job: Job): string[] => {
  const { cron, spec } = job
  if (cron === null || spec.cron === undefined) return []
  const missed = lastTime(spec.cron, cron.through, EPOCH + world.time.now - DUE_MS)
  const wrong = missed === null ? [] : [`${job.name} was due at ${missed}, and nothing was decided`]
  for (const { id, state } of cron.runs) {
    const goesOn = [...instancesOfRun(job, id)].some(
      (one) => one.state === 'pending' || isPlaced(one.state) || rescheduleAfterMs(one) !== null,
    )
    if (state === 'running' && !goesOn) wrong.push(`run ${id} of ${job.name} has ended and does not say so`)
  }
  return wrong
}

/** A system job runs on each open worker that meets its constraints, and on no other but those that were closed since. */
const wrongTargets = ({ truth }: World, job: Job): string[] => {
  const wanted = new Set(job.targets.flatMap(({ worker, wanted }) => (wanted ? [worker] : [])))
  return [...truth.workers.values()].flatMap((worker) => {
    const suits = job.spec.tasks.every(({ constraints = [] }) =>
      constraints.every((one) => isMet(one, attributeOf(worker, one.attribute))),
    )
    const [must, may] = [suits && isOpen(worker), suits && worker.state === 'ready' && worker.intake !== 'drained']
    if (must && !wanted.has(worker.name)) return [`${job.name} is not to run on ${worker.name}`]
    return !may && wanted.has(worker.name) ? [`${job.name} is to run on ${worker.name}`] : []
  })
}

const wrongInInstance = (world: World, task: Task, instance: Instance, known: Set<string>): string[] => {
  const { state, worker, attempt, placedSeq, retiring } = instance
  const id = idOf(instance)
  const wrong: string[] = []
  const jobGoesOn = task.job.state !== 'stopping' && task.job.state !== 'stopped'
  let running = 0
  for (const engine of world.engines.values()) {
    for (const { ref, state: is } of engine.containers) {
      if (instanceId(ref) !== id) continue
      if (is === 'running') running += 1
      if (retiring?.state === 'running' && engine.worker === retiring.worker && ref.placement === retiring.placedSeq)
        known.add(`${engine.worker}/${containerName(ref)}`)
      if (engine.worker !== worker || ref.placement !== placedSeq) continue
      const isCurrent = ref.attempt === attempt
      const isBefore = ref.attempt === attempt - 1 && is === 'exited'
      const isHistory = jobGoesOn && (state === 'completed' || state === 'failed') && isCurrent && is === 'exited'
      if ((state === 'running' && (isCurrent || isBefore)) || isHistory)
        known.add(`${engine.worker}/${containerName(ref)}`)
    }
  }
  const live = attemptsOf(instance).filter((each) => each.state === 'running').length
  if (running !== live) wrong.push(`${id} is ${state}, and ${running} of it run`)
  if (retiring !== null && !isStuck(task)) wrong.push(`${id} still has its former attempt`)
  if (!isWanted(instance)) {
    if (isPlaced(state)) wrong.push(`${id} is not wanted, and is ${state}`)
    return wrong
  }
  const { update } = task.job
  const staysOld =
    update?.state === 'failed' ||
    update?.state === 'paused' ||
    waitsForPromotion(task.job) ||
    isStuck(task) ||
    whyWaiting(task) !== null
  if (state === 'running' && isOutdated(instance) && !staysOld) wrong.push(`${id} runs an old version`)
  if (state === 'pending' ? hasRoom(world, instance) : state === 'lost' || (isPlaced(state) && state !== 'running')) {
    wrong.push(`${id} is ${state}`)
  }
  if (state === 'failed' && !mayFail(instance)) wrong.push(`${id} has failed: ${instance.reason}`)
  if ((rescheduleAfterMs(instance) ?? LONG_MS) < LONG_MS) wrong.push(`${id} is not placed anew`)
  if (isUnready(instance) && task.spec.health !== undefined) wrong.push(`${id} is ${instance.health}`)
  return wrong
}

/** Whether what it replaces may have to wait: what takes the place of one has failed, or has no room. */
const isStuck = (task: Task): boolean =>
  [...task.instances].some((each) => isWanted(each) && (each.state === 'failed' || each.state === 'pending'))

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

/** Whether a worker could take it, by the log alone, and none is kept for somebody who has waited so much longer. */
const hasRoom = (world: World, instance: Instance): boolean => {
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
    ![...instance.task.instances].some((each) => isWaiting(each) && hasElders(world, each)) &&
    [...world.truth.workers.values()].some(fits)
  )
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

/** The instances of a task wait in one line: what holds for the first of them holds for all. */
const hasElders = ({ truth }: World, instance: Instance): boolean => {
  for (const { tasks } of truth.jobs.values()) {
    for (const { instances } of tasks.values()) {
      const isElder = (other: Instance): boolean => isWaiting(other) && turnOf(other) + PATIENCE_MS <= turnOf(instance)
      if ([...instances].some(isElder)) return true
    }
  }
  return false
}

const isWaiting = (instance: Instance): boolean => instance.state === 'pending' && isWanted(instance)

/** Whether its task may end in failure: because it can never start, or because it is not restarted for ever. */
const mayFail = ({ spec }: Instance): boolean =>
  spec.env.SIM_REFUSED === '1' ||
  spec.env[NO_START_ON] !== undefined ||
  spec.image?.startsWith('no/') === true ||
  spec.restart.attempts !== null

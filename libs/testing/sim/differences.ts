import {
  attemptsOf,
  attributeOf,
  hasReschedules,
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
  mayBePurged,
  needsCanaries,
  rescheduleAfterMs,
  type Task,
  whyWaiting,
} from '#libs/cluster'
import { containerName } from '#libs/drivers'
import { instanceId } from '#libs/kernel'
import { isMet, lastTime } from '#libs/spec'
import { NO_START_ON } from './engine'
import { EPOCH } from './process'
import { hasRoom } from './room'
import type { World } from './world'

/** What is not as it must be when all is well: in the log, or on the machines. */
export const differences = (world: World): string[] => {
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
    if (worker.state === 'ready' && !hasToldItsEngine(world, worker.name))
      wrong.push(`worker ${worker.name} has not told which engine it has`)
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

/** Whether it is in what the worker has told of itself last. */
const hasToldItsEngine = ({ truth, servers }: World, name: string): boolean => {
  for (let seq = truth.seq; seq > 0; seq -= 1) {
    const event = servers.at(seq)?.entry.event
    if (event?.type === 'WorkerRegistered' && event.data.worker === name) return 'simulated' in event.data.engines
  }
  return false
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

/** What fails again and again may wait for so long, and longer, to be placed anew. */
const LONG_MS = 30_000

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

/** Whether its update goes on only once somebody has found its canaries good. */
export const waitsForPromotion = ({ update, tasks }: Job): boolean =>
  update?.state === 'running' && !update.promoted && [...tasks.values()].some(needsCanaries)

/** Whether its task may end in failure: because it can never start, or because it is not restarted for ever. */
const mayFail = ({ spec }: Instance): boolean =>
  spec.env.SIM_REFUSED === '1' ||
  spec.env[NO_START_ON] !== undefined ||
  spec.image?.startsWith('no/') === true ||
  spec.restart.attempts !== null

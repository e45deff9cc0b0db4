import type { EventOf } from '#libs/events'
import { NONE } from '#libs/kernel'
import { DEFAULT_LOST_AFTER_MS, type TaskSpec } from '#libs/spec'
import { ignoreIllegal, ignoreStray } from './ignore'
import { describeUnhealthy, isPlaced, LIFECYCLE, type StepType } from './lifecycle'
import type { Changes } from './model/changes'
import type { Cluster } from './model/cluster'
import { type Attempt, type Instance, MAX_AVOIDED, RECENT_EVENTS } from './model/job'
import { findInstance, isOutdated, isWanted } from './queries'
import { forgetFailures } from './reschedule'
import { enter, enterHealth, enterRetiring, keepVolumes, retire } from './transition'

type TaskEvent = EventOf<StepType>

/** Why a task has no place, for people and for comparing: `memory on 2, driver on 1`. */
export const describeReasons = (reasons: readonly { reason: string; workers: number }[]): string =>
  reasons.map(({ reason, workers }) => (workers === 0 ? reason : `${reason} on ${workers}`)).join(', ')

/** Folds one step in the life of an instance, if it is a legal one of an attempt that the instance has. */
export const evolveTask = (cluster: Cluster, seq: number, event: TaskEvent, fresh: boolean, changes: Changes): void => {
  const { data } = event
  const instance = findInstance(cluster, data.job, data.task, data.index)
  if (instance === undefined) return ignoreStray(cluster, seq, event)
  note(instance, seq)
  const retiring = retiringOf(instance, event)
  const attempt: Attempt = retiring ?? instance
  const held = isPlaced(attempt.state)
  if (fresh && isLegal(instance, attempt, event)) {
    if (event.type === 'TaskPreempted') makeWait(cluster, event, changes)
    if (retiring === null) step(cluster, seq, instance, event)
    else stepRetiring(cluster, instance, retiring, event)
  } else if (fresh) ignoreIllegal(cluster)
  changes.instance(instance) // also when ignored: a decision may have been waiting for this aggregate's sequence
  const worker = attempt.worker === null ? undefined : cluster.workers.get(attempt.worker)
  const retired = retiring !== null && instance.retiring === null // also by an exit, after which others are still placed
  if (worker !== undefined && (retired || held !== isPlaced(attempt.state))) changes.worker(worker)
}

/** Takes in the event's sequence. Once there are as many as are kept they change in place: this is done for each event. */
const note = (instance: Instance, seq: number): void => {
  instance.seq = seq
  const { recent } = instance
  if (recent.length < RECENT_EVENTS) {
    instance.recent = [...recent, seq]
    return
  }
  recent.shift()
  recent.push(seq)
}

/** The attempt beside the current one, if it is what the event is about. */
const retiringOf = ({ retiring }: Instance, { data }: TaskEvent): Attempt | null =>
  retiring !== null && 'placement' in data && isOfPlacement(retiring, data) ? retiring : null

const isLegal = (instance: Instance, attempt: Attempt, event: TaskEvent): boolean => {
  if (LIFECYCLE[event.type][attempt.state] === undefined) return false
  switch (event.type) {
    case 'TaskUnplaceable':
      return true
    case 'TaskScheduled':
      // The worker need not be known: who folds one job's part of the log has seen no worker join.
      return event.data.version === attempt.task.job.version && event.data.attempt > attempt.attempt
    case 'TaskRestarting':
      return isOfPlacement(attempt, event.data) && event.data.attempt === attempt.attempt + 1
    case 'TaskReplaceRequested':
      return isCurrent(attempt, event.data) && isWanted(instance) && instance.retiring === null
    case 'TaskRescheduled':
      return isCurrent(attempt, event.data) && isWanted(instance)
    default:
      return isCurrent(attempt, event.data)
  }
}

const isCurrent = (attempt: Attempt, data: Named): boolean =>
  isOfPlacement(attempt, data) && data.attempt === attempt.attempt

interface Named {
  readonly worker: string
  readonly placement: number
  readonly attempt: number
}

/**
 * Attempts count on from placement to placement, and a worker that was cut off counts ahead of the log: only the
 * placement tells an old attempt from a new one of the same number. Sequences are the same in every part of the log.
 */
const isOfPlacement = (attempt: Attempt, data: Omit<Named, 'attempt'>): boolean =>
  data.placement === attempt.placedSeq && data.worker === attempt.worker

/** Its successor has its place in the instance already: it goes on, or ends, by an exit too, as it is not restarted. */
const stepRetiring = (cluster: Cluster, instance: Instance, attempt: Attempt, event: TaskEvent): void => {
  const to = event.type === 'TaskExited' ? 'exited' : (LIFECYCLE[event.type][attempt.state] ?? attempt.state)
  if (to === 'stopping' && attempt.state !== 'stopping' && 'reason' in event.data) attempt.reason = event.data.reason
  if (event.type === 'TaskHealthChanged') attempt.health = event.data.health
  enterRetiring(cluster, instance, attempt, to, Date.parse(event.time))
}

const step = (cluster: Cluster, seq: number, instance: Instance, event: TaskEvent): void => {
  const time = Date.parse(event.time)
  const to = LIFECYCLE[event.type][instance.state] ?? instance.state
  const move = (reason: string | null): void =>
    enter(cluster, instance, to, time, to === 'stopping' && instance.state === 'stopping' ? instance.reason : reason)
  switch (event.type) {
    case 'TaskUnplaceable':
      return move(describeReasons(event.data.reasons))
    case 'TaskScheduled':
      schedule(cluster, instance, seq, event)
      cluster.scheduling.placements += 1
      return move(null)
    case 'TaskRejected':
      instance.rejectedBy = [...instance.rejectedBy, event.data.worker]
      instance.task.turnedDown = true
      return end(cluster, instance, 'stopped', time, event.data.reason)
    case 'TaskPulling':
      return move(`pulling ${event.data.image}`)
    case 'TaskHookStarted':
      return move(`${event.data.stage} ${event.data.hook} runs`)
    case 'TaskHookEnded':
      return move(event.data.reason)
    case 'TaskStarted':
      instance.startedAt = time
      instance.container = event.data.container
      instance.ports = orNone(event.data.ports)
      keepVolumes(cluster, instance)
      instance.health = event.data.checked ? 'starting' : null // it does not run yet: it is in no count by its health
      return move(null)
    case 'TaskHealthChanged':
      enterHealth(instance, event.data.health)
      return move(event.data.health === 'healthy' ? null : describeUnhealthy(event.data.reason))
    case 'TaskExited':
      instance.exit = { exitCode: event.data.exitCode, signal: event.data.signal, oomKilled: event.data.oomKilled }
      return move(instance.reason)
    case 'TaskRestarting':
      restart(instance, event, time)
      return move(event.data.reason)
    case 'TaskReplaceRequested':
      retire(cluster, instance, time, event.data.reason)
      instance.aim = aimOf(cluster, event)
      return
    case 'TaskStopRequested':
      instance.aim = aimOf(cluster, event)
      return move(event.data.reason)
    case 'TaskPreempted':
      return move(event.data.reason)
    case 'TaskStopped':
      return end(cluster, instance, to, time, event.data.reason ?? instance.reason)
    case 'TaskCompleted':
      return isOutdated(instance) || instance.state === 'stopping' ? end(cluster, instance, to, time, null) : move(null)
    case 'TaskFailed':
      if (hasRunLong(instance, time)) forgetFailures(instance)
      return isOutdated(instance) || instance.state === 'stopping'
        ? end(cluster, instance, to, time, event.data.reason)
        : move(event.data.reason)
    case 'TaskLost':
      return end(cluster, instance, to, time, event.data.reason)
    case 'TaskRescheduled':
      instance.reschedules = event.data.reschedules
      instance.avoids = [...instance.avoids.filter((name) => name !== event.data.worker), event.data.worker].slice(
        -MAX_AVOIDED,
      )
      return move(event.data.reason)
  }
}

/** What fails after a long enough run fails for the first time. */
const hasRunLong = ({ startedAt, state, since, spec }: Instance, now: number): boolean =>
  startedAt !== 0 && (state === 'exited' ? since : now) - startedAt >= spec.restart.resetAfterMs

/** Who was to have the room waits for it there, if it still waits for any. */
const makeWait = (cluster: Cluster, { data: { by, worker } }: EventOf<'TaskPreempted'>, changes: Changes): void => {
  const instance = findInstance(cluster, by.job, by.task, by.index)
  if (instance === undefined || instance.state !== 'pending' || !isWanted(instance)) return
  instance.awaits = worker
  changes.instance(instance)
}

/** Where a user wants the attempt to go on, if it is one that was asked about. */
const aimOf = (
  { rebalance }: Cluster,
  { data }: EventOf<'TaskReplaceRequested' | 'TaskStopRequested'>,
): string | null =>
  rebalance?.moves.find(
    ({ placement, job, task, index }) =>
      placement === data.placement && index === data.index && task === data.task && job === data.job,
  )?.target ?? null

/** Of a million instances most have none: then they have the same. */
const orNone = <A>(some: readonly A[]): readonly A[] => (some.length === 0 ? NONE : some)

const schedule = (cluster: Cluster, instance: Instance, seq: number, { data }: EventOf<'TaskScheduled'>): void => {
  instance.placedSeq = seq
  instance.aim = null
  instance.awaits = null
  instance.attempt = data.attempt
  instance.worker = cluster.workers.get(data.worker)?.name ?? data.worker // one text for all that are there
  instance.version = data.version
  instance.templateVersion = instance.task.templateVersion
  instance.spec = specOf(instance)
  instance.chosenPorts = orNone(data.ports)
  instance.lostAfterMs = instance.task.job.spec.lostAfterMs ?? DEFAULT_LOST_AFTER_MS
  instance.startedAt = 0
  instance.health = null
  instance.restarts = 0
  instance.notBefore = 0
  instance.container = null
  instance.ports = []
  instance.exit = null
}

/** What its task asks for; of a run with what that was told, and which one it is. */
const specOf = ({ task, run }: Instance): TaskSpec => {
  const found = run === null ? undefined : task.job.cron?.runs.find(({ id }) => id === run)
  return found === undefined
    ? task.spec
    : { ...task.spec, env: { ...task.spec.env, ...found.params, ORK_RUN: found.id } }
}

const restart = (instance: Instance, { data }: EventOf<'TaskRestarting'>, time: number): void => {
  instance.restarts = data.restarts
  instance.attempt = data.attempt
  instance.notBefore = time + data.delayMs
  instance.startedAt = 0
  instance.health = null
  instance.container = null
  instance.ports = []
}

/**
 * An attempt is over that did not end by itself, or whose template the job no longer has: if its instance is still
 * wanted, it waits for a place again.
 */
const end = (
  cluster: Cluster,
  instance: Instance,
  to: Instance['state'],
  time: number,
  reason: string | null,
): void => {
  const { aim } = instance
  enter(cluster, instance, to, time, reason)
  if (!isWanted(instance)) return
  enter(cluster, instance, 'pending', time, reason)
  instance.aim = aim
}

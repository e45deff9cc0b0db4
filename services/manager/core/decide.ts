import {
  type Core,
  type Decision,
  findInstance,
  type Instance,
  type Job,
  type Now,
  type Verdict,
  withoutFrozen,
} from '#libs/cluster'
import { decideDrains, nextDrain, waitingForRoom, whyDrained } from './drain'
import { decideJob } from './jobs'
import { DEFAULT_LIVENESS, decideLiveness, type LivenessSettings } from './liveness'
import { endRebalance, type Moves, movesOf, PATIENCE_MS } from './rebalance'
import { decideReschedules, noteFailure } from './reschedule'
import { note } from './steady'
import type { WhyMove } from './survey'
import { evolveView, hear, initialView, lead, type ManagerView, reconsider } from './view'

/** At most so many decisions at once; what is left over is decided when these are folded. */
const MAX_BATCH = 1_000

/** At most so many instances are looked at at once: who comes to lead has to look at all of them. */
const MAX_LOOKS = 20_000
/** What is left over then waits for so long, so that everything else has its turn. */
const TURN_MS = 1

/** The manager's core: what should run. */
export const managerCore = (settings: LivenessSettings = DEFAULT_LIVENESS): Core<ManagerView> => ({
  initial: initialView,
  evolve: evolveView,
  hear,
  lead,
  reconsider,
  decide: (view, now) => decide(view, now, settings),
})

const decide = (view: ManagerView, now: Now, settings: LivenessSettings): Verdict => {
  const decisions: Decision[] = nextRecord(view)
  const room = (): number => MAX_BATCH - decisions.length
  const take = (wanted: readonly Decision[]): readonly Decision[] => {
    const taken = withoutFrozen(view.cluster, wanted).slice(0, Math.max(0, room()))
    decisions.push(...taken)
    return taken
  }
  if (now.mono >= view.nextLivenessAt) take(decideLiveness(view, now, settings, room()))
  if (!noteTouched(view, now)) return { decisions, wakeAt: now.mono + TURN_MS }
  const losing = jobsIn(view, take(decideDrains(view.drains, now)))
  take(decideReschedules(view.reschedules, now, room()))
  const moves = noteRebalance(view, now)
  if (decisions.length === 0) take(endRebalance(view.cluster, moves, view.rebalancing, now.mono))
  noteTime(view, now)
  const whyMove = whyDrained(view.cluster, view.drains, view.moving)
  for (const job of view.touchedJobs) {
    if (losing.has(job)) continue // decided on when it is folded how many of it are down
    if (room() <= 0) break
    const wanted = withoutFrozen(view.cluster, decideJob(view, job, orMoved(whyMove, moves, job), now))
    if (wanted.length <= room()) view.touchedJobs.delete(job) // else the rest is found again in the next batch
    take(wanted)
    if (wanted.length === 0) rest(view, job, now)
  }
  if (view.drains.size > 0) for (const instance of stoppedBy(view, decisions)) view.moving.add(instance)
  return { decisions, wakeAt: view.touchedJobs.size > 0 ? now.mono : nextTime(view, now) }
}

/** Jobs that have to be looked at since time has passed. */
const noteTime = (view: ManagerView, now: Now): void => {
  for (const [job, { dueAt }] of view.rollouts) if (dueAt <= now.mono) view.touchedJobs.add(job)
  for (const [job, at] of view.alarms) if (at <= now.wall) view.touchedJobs.add(job)
  for (const job of waitingForRoom(view, now)) view.touchedJobs.add(job)
}

/** Nothing came of what was due: it takes no decisions, and will be looked at again when something is told of it. */
const rest = ({ rollouts, alarms }: ManagerView, job: Job, { mono, wall }: Now): void => {
  const rollout = rollouts.get(job)
  if (rollout !== undefined && rollout.dueAt <= mono) rollout.dueAt = Number.POSITIVE_INFINITY
  if ((alarms.get(job) ?? Number.POSITIVE_INFINITY) <= wall) alarms.delete(job)
}

/** When the passing of time alone next asks for a look; monotonic milliseconds. */
const nextTime = (view: ManagerView, now: Now): number =>
  Math.min(
    view.nextLivenessAt,
    nextRollout(view),
    nextDrain(view, now),
    nextEnd(view),
    nextAlarm(view, now),
    view.reschedules.nextAt,
  )

/** Takes note of what has become of instances; false: of some of them, and there are more. */
const noteTouched = ({ cluster, touchedInstances, seen, reschedules }: ManagerView, now: Now): boolean => {
  let looks = 0
  for (const instance of touchedInstances) {
    looks += 1
    if (looks > MAX_LOOKS) return false
    note(seen, instance, now)
    noteFailure(reschedules, instance, cluster.leaders.manager.seq, now)
    touchedInstances.delete(instance)
  }
  return true
}

/** The instances that are asked to stop. */
const stoppedBy = ({ cluster }: ManagerView, decisions: readonly Decision[]): readonly Instance[] =>
  decisions.flatMap(({ draft: { type, data } }) =>
    type === 'TaskStopRequested' ? (findInstance(cluster, data.job, data.task, data.index) ?? []) : [],
  )

/** Why an instance should be elsewhere: of a drain, or since it was asked for. */
const orMoved = (drained: WhyMove | null, moves: Moves | null, job: Job): WhyMove | null => {
  if (moves?.jobs.has(job) !== true) return drained
  return drained === null ? moves.why : (instance) => drained(instance) ?? moves.why(instance)
}

/** Takes note of what was asked for last; whose turn it is may have come with anything that has happened. */
const noteRebalance = (view: ManagerView, { mono }: Now): Moves | null => {
  const moves = movesOf(view.cluster)
  const request = view.cluster.rebalance?.seq ?? 0
  const open = moves?.open.size ?? 0
  const known = view.rebalancing
  if (moves === null) view.rebalancing = null
  else if (known?.request !== request || known.open !== open) view.rebalancing = { request, open, since: mono }
  for (const job of moves?.jobs ?? []) view.touchedJobs.add(job)
  return moves
}

const nextEnd = ({ rebalancing }: ManagerView): number => (rebalancing?.since ?? Number.POSITIVE_INFINITY) + PATIENCE_MS

/** The jobs of which something is taken down. */
const jobsIn = ({ cluster }: ManagerView, decisions: readonly Decision[]): ReadonlySet<Job | undefined> =>
  new Set(decisions.map(({ draft: { data } }) => ('index' in data ? cluster.jobs.get(data.job) : undefined)))

/** When the passing of time next changes something about a job that is being replaced. */
const nextRollout = ({ rollouts }: ManagerView): number => {
  let next = Number.POSITIVE_INFINITY
  for (const { dueAt } of rollouts.values()) next = Math.min(next, dueAt)
  return next
}

/** When the next alarm is due by the clock as it goes now; monotonic milliseconds. */
const nextAlarm = ({ alarms }: ManagerView, { wall, mono }: Now): number => {
  let next = Number.POSITIVE_INFINITY
  for (const at of alarms.values()) next = Math.min(next, mono + Math.max(0, at - wall))
  return next
}

/** One at a time, since all are of one aggregate, the manager's own: the next follows when this one is folded. */
const nextRecord = (view: ManagerView): Decision[] => {
  const { quarantined, leaders } = view.cluster
  for (const aggregate of view.toRecord) {
    const held = quarantined.get(aggregate)
    if (held !== undefined && held.since === null) {
      const data = { sequence: held.seq, subject: aggregate, reason: held.reason }
      return [{ draft: { type: 'EventQuarantined', data }, expect: leaders.manager.seq }]
    }
    view.toRecord.delete(aggregate)
  }
  return []
}

import type { Now } from '#libs/cluster'
import type { Exit } from '#libs/drivers'
import { hashFraction } from '#libs/kernel'
import { rescheduleOf } from '#libs/spec'
import { type Assignment, type Ending, NO_HOOKS, refOf } from './assignment'
import { NO_CHECK } from './check'
import { containersOf, currentOf, keyOf } from './containers'
import { attemptOf, tell } from './facts'
import { type AfterExit, afterExit, afterFailure, describeExit, GONE, sparingMs } from './restart'
import type { WorkerView } from './view'
import type { Work } from './work'

/** So often a start that the engine cannot do is tried again here; half a minute, by the usual waits. */
const MOST_START_RETRIES = 5

/** The container of the current attempt ended, or is not there any more: says so. */
export const ended = (assignment: Assignment, exit: Exit, now: Now, work: Work): void => {
  tellExit(assignment, exit, work)
  assignment.phase = assignment.retiring ? 'over' : 'exited'
  assignment.ending = { exit, ranMs: now.mono - assignment.startedAt }
}

/** The worker's verdict on an end that the log knows: completed, failed, or the next attempt. */
export const followExit = (
  view: WorkerView,
  assignment: Assignment,
  { exit, ranMs }: Ending,
  now: Now,
  work: Work,
): void => {
  const past = { restarts: assignment.restarts, ranMs, random: randomOf(assignment) }
  const { restart } = assignment.spec
  const { unhealthyWhy } = assignment
  const next = unhealthyWhy === null ? afterExit(restart, exit, past) : afterFailure(restart, unhealthyWhy, past)
  goOn(view, assignment, next, { exitCode: exit.exitCode, ranMs, now }, work)
}

/** The attempt came to its end before its container could start: it is tried again as its restart policy has it. */
export const retry = (view: WorkerView, assignment: Assignment, reason: string, now: Now, work: Work): void => {
  const past = { restarts: assignment.restarts, ranMs: 0, random: randomOf(assignment) }
  const next = afterFailure(assignment.spec.restart, reason, past)
  goOn(view, assignment, next, { exitCode: null, ranMs: 0, now }, work)
}

/**
 * The engine could not start it, for a reason that may pass: the same, but where it would be tried here for ever it has
 * failed here in the end, so that another worker gets it.
 */
export const retryStart = (view: WorkerView, assignment: Assignment, reason: string, now: Now, work: Work): void => {
  assignment.failedStarts += 1
  const retries = assignment.failedStarts - 1
  if (retries < MOST_START_RETRIES || !mayGoOnElsewhere(assignment)) return retry(view, assignment, reason, now, work)
  const next = { tag: 'Fail', reason: `${reason}, after ${retries} restarts` } as const
  goOn(view, assignment, next, { exitCode: null, ranMs: 0, now }, work)
}

/** Whether it is restarted without a bound of its own, and would be placed anew if it failed here. */
const mayGoOnElsewhere = ({ spec, logged }: Assignment): boolean => {
  const { kind } = logged.task.job
  return spec.restart.attempts === null && kind !== 'system' && rescheduleOf(spec, kind).attempts !== 0
}

/** Follows from the attempt, so that instances which fail together are not restarted together. */
const randomOf = (assignment: Assignment): number => hashFraction(keyOf(refOf(assignment)))

interface Past {
  readonly exitCode: number | null
  readonly ranMs: number
  readonly now: Now
}

const goOn = (view: WorkerView, assignment: Assignment, next: AfterExit, past: Past, work: Work): void => {
  const { attempt, spec } = assignment
  const named = attemptOf(assignment, attempt)
  switch (next.tag) {
    case 'Complete':
      assignment.phase = 'over'
      return tell(work, assignment, { type: 'TaskCompleted', data: named })
    case 'Fail': {
      assignment.phase = 'over'
      const data = { ...named, reason: next.reason, exitCode: past.exitCode }
      return tell(work, assignment, { type: 'TaskFailed', data })
    }
    case 'Restart':
      assignment.restarts = past.ranMs >= spec.restart.resetAfterMs ? 1 : assignment.restarts + 1
      return nextAttempt(assignment, putOff(view, assignment, next.delayMs, past), next.reason, work)
  }
}

/** Has the next attempt wait; returns for how long, in milliseconds, as it is now. */
const putOff = (view: WorkerView, assignment: Assignment, delayMs: number, { ranMs, now }: Past): number => {
  const sparing = view.scarce ? sparingMs(assignment.sparedRestarts, ranMs) : 0
  assignment.notBefore = now.mono + delayMs
  assignment.sparingUntil = now.mono + sparing
  assignment.sparedRestarts = view.scarce ? assignment.sparedRestarts + 1 : 0
  return Math.max(delayMs, sparing)
}

/** When an attempt may start; monotonic milliseconds. */
export const dueAt = ({ scarce }: WorkerView, { notBefore, sparingUntil }: Assignment): number =>
  scarce ? Math.max(notBefore, sparingUntil) : notBefore

/** A container of a later attempt than the log knows was started here before a crash: tell what came before it. */
export const takeOver = (view: WorkerView, assignment: Assignment, work: Work): void => {
  let latest = assignment.attempt
  for (const { ref } of containersOf(view, assignment.id)) {
    if (ref.placement === assignment.placedSeq) latest = Math.max(latest, ref.attempt)
  }
  while (assignment.attempt < latest) {
    const exit = currentOf(view, assignment)?.exit ?? GONE
    if (assignment.phase !== 'exited') tellExit(assignment, exit, work)
    if (assignment.retiring) {
      assignment.phase = 'over' // with its first end the log has done with it
      return
    }
    assignment.restarts += 1
    assignment.notBefore = 0
    nextAttempt(assignment, 0, assignment.unhealthyWhy ?? describeExit(exit), work)
  }
}

const tellExit = (assignment: Assignment, exit: Exit, work: Work): void => {
  const { exitCode, signal = null, oomKilled } = exit
  const named = attemptOf(assignment, assignment.attempt)
  tell(work, assignment, { type: 'TaskExited', data: Object.assign(named, { exitCode, signal, oomKilled }) })
}

const nextAttempt = (assignment: Assignment, delayMs: number, reason: string, work: Work): void => {
  assignment.attempt += 1
  assignment.phase = 'idle'
  assignment.hooks = NO_HOOKS
  assignment.pull = null
  assignment.trouble = null
  assignment.ending = null
  assignment.health = null
  assignment.unhealthyWhy = null
  assignment.check = NO_CHECK
  assignment.probed = null
  const data = { ...attemptOf(assignment, assignment.attempt), delayMs, restarts: assignment.restarts, reason }
  tell(work, assignment, { type: 'TaskRestarting', data })
}

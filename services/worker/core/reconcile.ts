import type { Now } from '#libs/cluster'
import { type Assignment, type Ending, refOf } from './assignment'
import { containersOf, currentOf } from './containers'
import { stopWhenCutOff } from './cutOff'
import { ended, followExit, retry, takeOver } from './ended'
import { attemptOf, tell } from './facts'
import { isChecked, watchHealth } from './health'
import { runHooks } from './hooks'
import { cannotStart, reject, startFailed, tellProgress } from './pulling'
import { GONE } from './restart'
import { start } from './start'
import { stop } from './stop'
import { forget, type Held, type WorkerView } from './view'
import { stopContainer, type Work } from './work'

/** Takes one assignment a step on: the next fact or effect that its state, and its container's, ask for. */
export const reconcile = (view: WorkerView, assignment: Assignment, now: Now, work: Work): void => {
  const engine = view.engines.get(assignment.spec.driver)
  if (engine === undefined) return withoutEngine(view, assignment, now, work)
  if (engine.state !== 'listed') return // nothing can be said of a container that cannot be seen
  stopWhenCutOff(view, assignment, now)
  switch (assignment.wanted) {
    case 'gone':
      if (!hasContainers(view, assignment)) forget(view, assignment)
      return
    case 'stop':
      return stop(view, assignment, now, work)
    case 'run':
      return run(view, assignment, now, work)
  }
}

const hasContainers = (view: WorkerView, { id, placedSeq }: Assignment): boolean =>
  containersOf(view, id).some(({ ref }) => ref.placement === placedSeq)

/** The driver that it needs is not configured here, or no longer. */
const withoutEngine = (view: WorkerView, assignment: Assignment, now: Now, work: Work): void => {
  if (assignment.wanted === 'gone') forget(view, assignment)
  else if (assignment.wanted === 'stop') stop(view, assignment, now, work)
  else if (assignment.phase === 'idle') reject(assignment, `this worker has no driver ${assignment.spec.driver}`, work)
  else if (assignment.phase !== 'over') {
    assignment.phase = 'over'
    const reason = `this worker no longer has driver ${assignment.spec.driver}`
    const data = { ...attemptOf(assignment, assignment.attempt), reason, exitCode: null }
    tell(work, assignment, { type: 'TaskFailed', data })
  }
}

const run = (view: WorkerView, assignment: Assignment, now: Now, work: Work): void => {
  if (assignment.phase === 'over') return
  takeOver(view, assignment, work)
  if (assignment.progress !== null) tellProgress(assignment, work)
  if (assignment.trouble?.hook === null) startFailed(view, assignment, now, work)
  let goesOn = true
  while (goesOn) goesOn = step(view, assignment, now, work)
}

/** Takes the current attempt a step on, and tells what it has come to; false: nothing more can be done now. */
const step = (view: WorkerView, assignment: Assignment, now: Now, work: Work): boolean => {
  const held = currentOf(view, assignment)
  if (assignment.phase === 'over' || assignment.pull === 'underWay' || held?.busy != null) return false
  if (assignment.phase === 'exited') return followEnd(view, assignment, now, work)
  if (held !== undefined && held.state !== 'created' && assignment.phase === 'idle') begun(assignment, held, now, work)
  if (held?.state === 'running') {
    attend(view, assignment, held, now, work)
    return false
  }
  if (held?.state !== 'exited' && (held !== undefined || assignment.phase === 'idle')) {
    return bringUp(view, assignment, held, now, work)
  }
  // Its end is the last that the log hears of it.
  if (assignment.retiring && runHooks(view, assignment, 'poststop', now, work).tag === 'Busy') return false
  ended(assignment, held?.exit ?? GONE, now, work)
  return true
}

const begun = (assignment: Assignment, held: Held, now: Now, work: Work): void => {
  assignment.phase = 'running'
  assignment.startedAt = now.mono
  assignment.failedStarts = 0
  const checked = isChecked(assignment, held)
  assignment.health = checked ? 'starting' : null
  const told = { container: held.id, ports: [...held.ports], checked }
  const data = Object.assign(attemptOf(assignment, assignment.attempt), told)
  tell(work, assignment, { type: 'TaskStarted', data })
}

/** What follows an end, once the hooks after it are over. */
const followEnd = (view: WorkerView, assignment: Assignment, now: Now, work: Work): boolean => {
  assignment.ending ??= endingInLog(assignment, now)
  if (runHooks(view, assignment, 'poststop', now, work).tag === 'Busy') return false
  followExit(view, assignment, assignment.ending, now, work)
  return true
}

const endingInLog = ({ logged, startedAt }: Assignment, { mono }: Now): Ending => {
  const { exitCode, signal, oomKilled } = logged.exit ?? { ...GONE, signal: null }
  const exit = { exitCode, oomKilled, ...(signal === null ? {} : { signal }) }
  return { exit, ranMs: mono - startedAt }
}

/** First the hooks before the start, then the container itself. */
const bringUp = (view: WorkerView, assignment: Assignment, held: Held | undefined, now: Now, work: Work): boolean => {
  if (assignment.retiring) return false // the log will say that it is over
  if (held === undefined) {
    const hooks = runHooks(view, assignment, 'prestart', now, work)
    if (hooks.tag === 'Busy') return false
    if (hooks.tag === 'Failed') {
      if (hooks.error === null) retry(view, assignment, hooks.reason, now, work)
      else cannotStart(view, assignment, hooks.error, hooks.reason, now, work)
      return true
    }
  }
  start(view, assignment, { ref: refOf(assignment), spec: assignment.spec }, now, work)
  return false
}

/** Of a container that runs: how it is; one that is not well is ended, and its restart policy says what follows. */
const attend = (view: WorkerView, assignment: Assignment, held: Held, now: Now, work: Work): void => {
  watchHealth(view, assignment, held, now, work)
  if (assignment.health !== 'unhealthy' || assignment.retiring || held.stuck) return
  stopContainer(work, held, assignment.spec.stop)
}

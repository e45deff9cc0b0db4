import type { Now } from '#libs/cluster'
import { admit } from './admit'
import { stopWhenCutOff } from './cutOff'
import { dueAt, ended, followExit, takeOver } from './ended'
import { attemptOf, tell } from './facts'
import { isChecked, watchHealth } from './health'
import { mustPull, pull, reject, startFailed, tellProgress } from './pulling'
import { GONE } from './restart'
import { stop } from './stop'
import {
  type Assignment,
  containersOf,
  currentOf,
  forget,
  type Held,
  hold,
  isOfAnother,
  refOf,
  type WorkerView,
} from './view'
import type { Work } from './work'

/** Takes one assignment a step on: the next fact or effect that its state, and its container's, ask for. */
export const reconcile = (view: WorkerView, assignment: Assignment, now: Now, work: Work): void => {
  const engine = view.engines.get(assignment.spec.driver)
  if (engine === undefined) return withoutEngine(view, assignment, work)
  if (engine.state !== 'listed') return // nothing can be said of a container that cannot be seen
  stopWhenCutOff(view, assignment, now)
  switch (assignment.wanted) {
    case 'gone':
      if (!hasContainers(view, assignment)) forget(view, assignment)
      return
    case 'stop':
      return stop(view, assignment, work)
    case 'run':
      return run(view, assignment, now, work)
  }
}

const hasContainers = (view: WorkerView, { id, placedSeq }: Assignment): boolean =>
  containersOf(view, id).some(({ ref }) => ref.placement === placedSeq)

/** The driver that it needs is not configured here, or no longer. */
const withoutEngine = (view: WorkerView, assignment: Assignment, work: Work): void => {
  if (assignment.wanted === 'gone') forget(view, assignment)
  else if (assignment.wanted === 'stop') stop(view, assignment, work)
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
  if (assignment.trouble !== null) startFailed(view, assignment, now, work)
  const { exit } = assignment.logged
  if (assignment.phase === 'exited') {
    const { exitCode, signal, oomKilled } = exit ?? { ...GONE, signal: null }
    followExit(view, assignment, { exitCode, oomKilled, ...(signal === null ? {} : { signal }) }, now, work)
  }
  runCurrent(view, assignment, now, work)
}

/** Brings the container of the current attempt to run, and tells what it has come to. */
const runCurrent = (view: WorkerView, assignment: Assignment, now: Now, work: Work): void => {
  for (;;) {
    const held = currentOf(view, assignment)
    if (assignment.phase === 'over' || assignment.phase === 'pulling' || held?.busy != null) return
    if (held !== undefined && held.state !== 'created' && assignment.phase === 'idle') {
      assignment.phase = 'running'
      assignment.startedAt = now.mono
      const checked = isChecked(assignment, held)
      assignment.health = checked ? 'starting' : null
      const data = { ...attemptOf(assignment, assignment.attempt), container: held.id, ports: [...held.ports], checked }
      tell(work, assignment, { type: 'TaskStarted', data })
    }
    if (held?.state === 'running') return attend(view, assignment, held, now, work)
    if (held?.state !== 'exited' && (held !== undefined || assignment.phase === 'idle')) {
      return start(view, assignment, now, work)
    }
    ended(view, assignment, held?.exit ?? GONE, now, work)
  }
}

/** Of a container that runs: how it is; one that is not well is ended, and its restart policy says what follows. */
const attend = (view: WorkerView, assignment: Assignment, held: Held, now: Now, work: Work): void => {
  watchHealth(view, assignment, held, now, work)
  if (assignment.health !== 'unhealthy' || assignment.retiring || held.stuck) return
  held.busy = 'stop'
  const { signal, graceMs } = assignment.spec.stop
  work.effects.push({ tag: 'Stop', driver: held.driver, ref: held.ref, signal, graceMs })
}

const start = (view: WorkerView, assignment: Assignment, now: Now, work: Work): void => {
  if (assignment.retiring) return // the log will say that it is over
  const due = dueAt(view, assignment)
  if (now.mono < due) return wait(view, assignment, due)
  if (!isAlone(view, assignment)) return // looked at again when what else runs has ended
  const refusal = admit(view, assignment)
  if (refusal !== null) return reject(assignment, refusal, work)
  const { driver, image } = assignment.spec
  const ref = refOf(assignment)
  const held = currentOf(view, assignment)
  if (held === undefined && image !== undefined && mustPull(assignment)) return pull(assignment, image, work)
  if (held === undefined)
    hold(view, { ref, driver, id: '', state: 'created', exit: null, ports: [], health: null, busy: 'run' })
  else held.busy = 'run'
  const { spec, logged } = assignment
  work.effects.push({ tag: 'Run', driver, ref, spec, ports: logged.chosenPorts })
}

const wait = (view: WorkerView, assignment: Assignment, due: number): void => {
  if (assignment.alarmAt === due) return
  assignment.alarmAt = due
  view.alarms.push({ at: due, id: assignment.id })
}

/**
 * An instance never runs twice, unless the log has it so: any other container of it that is of no other assignment must
 * end first, and one that has the name must be removed.
 */
const isAlone = (view: WorkerView, assignment: Assignment): boolean => {
  const current = currentOf(view, assignment)
  for (const held of containersOf(view, assignment.id)) {
    if (held === current) continue
    const lives = held.state === 'running' || held.busy === 'run'
    if ((lives && !isOfAnother(view, assignment, held)) || held.ref.attempt === assignment.attempt) return false
  }
  return true
}

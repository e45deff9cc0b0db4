import type { Now } from '#libs/cluster'
import { admit } from './admit'
import type { Work } from './decide'
import { attemptOf, tell } from './facts'
import { afterExit, describeExit, GONE } from './restart'
import { type Assignment, type Held, hold, type WorkerView } from './view'

/** Takes one assignment a step on: the next fact or effect that its state, and its container's, ask for. */
export const reconcile = (view: WorkerView, assignment: Assignment, now: Now, work: Work): void => {
  const engine = view.engines.get(assignment.spec.driver)
  if (engine === undefined && assignment.wanted === 'run' && assignment.phase === 'idle') {
    return reject(assignment, `this worker has no driver ${assignment.spec.driver}`, work)
  }
  if (engine?.state !== 'listed') return // nothing can be said of a container that cannot be seen
  switch (assignment.wanted) {
    case 'gone':
      if (!view.containers.has(assignment.id)) view.assignments.delete(assignment.id)
      return
    case 'stop':
      return stop(view, assignment, work)
    case 'run':
      return run(view, assignment, now, work)
  }
}

const currentOf = (view: WorkerView, assignment: Assignment): Held | undefined =>
  view.containers.get(assignment.id)?.get(assignment.attempt)

const run = (view: WorkerView, assignment: Assignment, now: Now, work: Work): void => {
  if (assignment.phase === 'over') return
  catchUpAttempts(view, assignment, work)
  if (assignment.progress !== null) tellProgress(assignment, work)
  if (assignment.trouble !== null) return startFailed(assignment, work)
  const held = currentOf(view, assignment)
  if (held?.busy != null) return
  if (held === undefined) {
    if (assignment.phase === 'running') return exited(view, assignment, null, now, work)
    if (assignment.phase === 'idle') start(view, assignment, now, work)
    return
  }
  switch (held.state) {
    case 'created':
      held.busy = 'run'
      work.effects.push({ tag: 'Run', driver: held.driver, ref: held.ref, spec: assignment.spec })
      return
    case 'running':
      if (assignment.phase !== 'running') started(assignment, held, now, work)
      return
    case 'exited':
      if (assignment.phase !== 'running') started(assignment, held, now, work)
      return exited(view, assignment, held, now, work)
  }
}

const start = (view: WorkerView, assignment: Assignment, now: Now, work: Work): void => {
  if (now.mono < assignment.notBefore) {
    view.touched.add(assignment.id)
    work.wakeAt = Math.min(work.wakeAt ?? Infinity, assignment.notBefore)
    return
  }
  const refusal = admit(view, assignment)
  if (refusal !== null) return reject(assignment, refusal, work)
  const { driver } = assignment.spec
  const ref = refOf(assignment)
  hold(view, { ref, driver, id: '', state: 'created', exit: null, ports: [], busy: 'run' })
  view.touched.delete(assignment.id)
  work.effects.push({ tag: 'Run', driver, ref, spec: assignment.spec })
}

const refOf = (assignment: Assignment) => ({
  job: assignment.instance.task.job.name,
  task: assignment.instance.task.name,
  index: assignment.instance.index,
  attempt: assignment.attempt,
})

const reject = (assignment: Assignment, reason: string, work: Work): void => {
  assignment.phase = 'over'
  tell(work, assignment, { type: 'TaskRejected', data: { ...attemptOf(assignment, assignment.attempt), reason } })
}

const started = (assignment: Assignment, held: Held, now: Now, work: Work): void => {
  assignment.phase = 'running'
  assignment.startedAt = now.mono
  const { attempt } = assignment
  const data = { ...attemptOf(assignment, attempt), container: held.id, ports: [...held.ports] }
  tell(work, assignment, { type: 'TaskStarted', data })
}

/** The image is fetched once; whatever else keeps a container from starting will not get better by itself. */
const startFailed = (assignment: Assignment, work: Work): void => {
  const { trouble, spec, attempt } = assignment
  if (trouble === null) return
  assignment.trouble = null
  if (trouble.tag === 'ImageMissing' && !assignment.pulled && spec.image !== undefined) {
    assignment.pulled = true
    assignment.phase = 'pulling'
    assignment.progress = { doneBytes: 0, totalBytes: 0 }
    tellProgress(assignment, work)
    work.effects.push({ tag: 'Pull', driver: spec.driver, ref: refOf(assignment), image: spec.image })
    return
  }
  assignment.phase = 'over'
  const reason = trouble.where === undefined ? trouble.what : `${trouble.where}: ${trouble.what}`
  tell(work, assignment, { type: 'TaskFailed', data: { ...attemptOf(assignment, attempt), reason, exitCode: null } })
}

const tellProgress = (assignment: Assignment, work: Work): void => {
  const { progress, attempt, spec } = assignment
  if (progress === null) return
  assignment.progress = null
  assignment.pullReports += 1
  const data = { ...attemptOf(assignment, attempt), image: spec.image ?? '', ...progress }
  tell(work, assignment, { type: 'TaskPulling', data }, `/${assignment.pullReports}`)
}

/** The container of the current attempt ended, or is not there any more (`held` null): say so, and what follows. */
const exited = (view: WorkerView, assignment: Assignment, held: Held | null, now: Now, work: Work): void => {
  const exit = held?.exit ?? GONE
  const { attempt, spec } = assignment
  const named = attemptOf(assignment, attempt)
  const { exitCode, signal = null, oomKilled } = exit
  tell(work, assignment, { type: 'TaskExited', data: { ...named, exitCode, signal, oomKilled } })
  const ranMs = now.mono - assignment.startedAt
  const next = afterExit(spec.restart, exit, assignment.restarts, ranMs)
  switch (next.tag) {
    case 'Complete':
      assignment.phase = 'over'
      return tell(work, assignment, { type: 'TaskCompleted', data: named })
    case 'Fail':
      assignment.phase = 'over'
      return tell(work, assignment, { type: 'TaskFailed', data: { ...named, reason: next.reason, exitCode } })
    case 'Restart':
      assignment.restarts = ranMs >= spec.restart.resetAfterMs ? 1 : assignment.restarts + 1
      restarting(assignment, next.delayMs, next.reason, work)
      assignment.notBefore = now.mono + next.delayMs
      return run(view, assignment, now, work)
  }
}

const restarting = (assignment: Assignment, delayMs: number, reason: string, work: Work): void => {
  assignment.attempt += 1
  assignment.phase = 'idle'
  const data = { ...attemptOf(assignment, assignment.attempt), delayMs, restarts: assignment.restarts, reason }
  tell(work, assignment, { type: 'TaskRestarting', data })
}

/** A container of a later attempt than the log knows was started here before a crash: tell what came before it. */
const catchUpAttempts = (view: WorkerView, assignment: Assignment, work: Work): void => {
  const attempts = [...(view.containers.get(assignment.id)?.keys() ?? [])]
  const latest = Math.max(assignment.attempt, ...attempts)
  while (assignment.attempt < latest) {
    const exit = currentOf(view, assignment)?.exit ?? GONE
    const { exitCode, signal = null, oomKilled } = exit
    const named = attemptOf(assignment, assignment.attempt)
    tell(work, assignment, { type: 'TaskExited', data: { ...named, exitCode, signal, oomKilled } })
    assignment.restarts += 1
    restarting(assignment, 0, describeExit(exit), work)
  }
}

/** Ends it: the attempt that the log names is told of, whatever had been begun here since. */
const stop = (view: WorkerView, assignment: Assignment, work: Work): void => {
  if (assignment.phase === 'over') return
  const containers = [...(view.containers.get(assignment.id)?.values() ?? [])]
  if (containers.some(({ busy }) => busy === 'run' || busy === 'stop')) return
  const running = containers.filter(({ state }) => state === 'running')
  for (const held of running) {
    held.busy = 'stop'
    const { signal, graceMs } = assignment.spec.stop
    work.effects.push({ tag: 'Stop', driver: held.driver, ref: held.ref, signal, graceMs })
  }
  if (running.length > 0) return
  assignment.phase = 'over'
  assignment.wanted = 'gone'
  view.touched.add(assignment.id)
  const exit = currentOf(view, assignment)?.exit ?? null
  const named = attemptOf(assignment, assignment.instance.attempt)
  const data = { ...named, exitCode: exit?.exitCode ?? null, signal: exit?.signal ?? null }
  tell(work, assignment, { type: 'TaskStopped', data })
}

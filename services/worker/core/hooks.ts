import type { Now } from '#libs/cluster'
import type { AttemptRef, DriverError } from '#libs/drivers'
import { formatDuration } from '#libs/kernel'
import type { HookSpec, HookStage, TaskSpec } from '#libs/spec'
import { type Assignment, type HookRun, refOf } from './assignment'
import { heldOf } from './containers'
import { attemptOf, tell } from './facts'
import { pull, wordsOf } from './pulling'
import { describeExit, GONE } from './restart'
import { start } from './start'
import type { Held, WorkerView } from './view'
import { stopContainer, type Work } from './work'

/** How the hooks of a stage stand. `failed`: those before the start, for this reason. */
export type HooksVerdict =
  | { readonly tag: 'Over' }
  | { readonly tag: 'Busy' }
  | { readonly tag: 'Failed'; readonly reason: string; readonly error: DriverError | null }

const BUSY: HooksVerdict = { tag: 'Busy' }

/**
 * Takes the hooks of an attempt a step on, one after the other. What is over is known by the containers that are there, so
 * that a worker which was killed between a hook and what follows it goes on where it was.
 */
export const runHooks = (
  view: WorkerView,
  assignment: Assignment,
  stage: HookStage,
  now: Now,
  work: Work,
): HooksVerdict => {
  const hooks = assignment.spec[stage] ?? []
  for (const [at, hook] of hooks.entries()) {
    const run = assignment.hooks.get(hook.name)
    if (run?.isOver !== true && !isPassed(view, assignment, hooks.slice(at))) {
      const verdict = runHook({ view, assignment, stage, hook }, now, work)
      if (verdict.tag === 'Busy' || (verdict.tag === 'Failed' && stage === 'prestart')) return verdict
    }
  }
  return { tag: 'Over' }
}

/** Whether the first of some is over without a container of its own, as it could not be run: one after it has one. */
const isPassed = (view: WorkerView, assignment: Assignment, [first, ...others]: readonly HookSpec[]): boolean => {
  const has = ({ name }: HookSpec): boolean => heldOf(view, { ...refOf(assignment), hook: name }) !== undefined
  return first !== undefined && !has(first) && others.some(has)
}

/** Whether a container is one that runs after the end of the attempt's own. */
export const isPoststop = ({ spec, placedSeq, attempt }: Assignment, { ref }: Held): boolean =>
  ref.placement === placedSeq &&
  ref.attempt === attempt &&
  spec.poststop?.some(({ name }) => name === ref.hook) === true

interface Turn {
  readonly view: WorkerView
  readonly assignment: Assignment
  readonly stage: HookStage
  readonly hook: HookSpec
}

const runHook = (turn: Turn, now: Now, work: Work): HooksVerdict => {
  const { view, assignment, hook } = turn
  const ref: AttemptRef = { ...refOf(assignment), hook: hook.name }
  const { trouble } = assignment
  if (assignment.pull === 'underWay') return BUSY
  if (trouble?.hook === hook.name) {
    assignment.trouble = null
    return troubled(turn, ref, trouble.error, work)
  }
  const held = heldOf(view, ref)
  if (held === undefined || held.state === 'created') {
    if (held?.busy == null) start(view, assignment, { ref, spec: specOf(assignment.spec, hook) }, now, work)
    return BUSY
  }
  const run = assignment.hooks.get(hook.name) ?? begin(turn, held, now, work)
  if (held.state === 'running') return attend(turn, held, run, now, work)
  const { exitCode } = held.exit ?? GONE
  const failure = run.isLate ? `it took longer than its timeout of ${formatDuration(hook.timeoutMs)}` : null
  const reason = failure ?? (exitCode === 0 ? null : describeExit(held.exit ?? GONE))
  return over(turn, exitCode, reason, null, work)
}

/** The task's own container with other words, and none of its ports. */
const specOf = (task: TaskSpec, { image, command, args, env }: HookSpec): TaskSpec => {
  const { command: _, args: __, health: ___, ...rest } = task
  return {
    ...rest,
    ...(image === undefined ? {} : { image }),
    ...(command === undefined ? {} : { command }),
    ...(args === undefined ? {} : { args }),
    env: { ...task.env, ...env },
    ports: [],
  }
}

const begin = ({ assignment, stage, hook }: Turn, held: Held, now: Now, work: Work): HookRun => {
  const run: HookRun = { startedAt: now.mono, isLate: false, isOver: false }
  note(assignment, hook, run)
  const data = { ...attemptOf(assignment, assignment.attempt), hook: hook.name, stage, container: held.id }
  tell(work, assignment, { type: 'TaskHookStarted', data }, `/${hook.name}`)
  return run
}

/** Of a hook that runs: it is stopped once it takes too long. */
const attend = ({ view, assignment, hook }: Turn, held: Held, run: HookRun, now: Now, work: Work): HooksVerdict => {
  if (held.busy !== null || held.stuck) return BUSY
  const dueAt = run.startedAt + hook.timeoutMs
  if (now.mono < dueAt) {
    if (assignment.alarmAt !== dueAt) view.alarms.push({ at: dueAt, id: assignment.id })
    assignment.alarmAt = dueAt
    return BUSY
  }
  run.isLate = true
  stopContainer(work, held, assignment.spec.stop)
  return BUSY
}

/** It could not be run: its image is fetched once, all else is an end of it. */
const troubled = (turn: Turn, ref: AttemptRef, error: DriverError, work: Work): HooksVerdict => {
  const { assignment, hook } = turn
  const { spec } = assignment
  const image = hook.image ?? spec.image
  if (error.tag === 'ImageMissing' && assignment.pull === null && image !== undefined && spec.pullPolicy !== 'never') {
    pull(assignment, { ref, image }, work)
    return BUSY
  }
  return over(turn, null, wordsOf(error), error, work)
}

const note = (assignment: Assignment, { name }: HookSpec, run: HookRun): void => {
  assignment.hooks = new Map(assignment.hooks).set(name, run)
}

const over = (
  { assignment, stage, hook }: Turn,
  exitCode: number | null,
  reason: string | null,
  error: DriverError | null,
  work: Work,
): HooksVerdict => {
  const run = assignment.hooks.get(hook.name) ?? { startedAt: 0, isLate: false, isOver: true }
  note(assignment, hook, { ...run, isOver: true })
  if (reason === null || stage === 'poststop') assignment.pull = null // what runs next may be of another image
  const data = { ...attemptOf(assignment, assignment.attempt), hook: hook.name, stage, exitCode, reason }
  tell(work, assignment, { type: 'TaskHookEnded', data }, `/${hook.name}`)
  return reason === null ? { tag: 'Over' } : { tag: 'Failed', reason: `${stage} ${hook.name}: ${reason}`, error }
}

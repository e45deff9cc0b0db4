import type { Now } from '#libs/cluster'
import type { Assignment } from './assignment'
import { containersOf, currentOf, isOfAnother } from './containers'
import { whyCutOff } from './cutOff'
import { attemptOf, tell } from './facts'
import { isPoststop, runHooks } from './hooks'
import type { Held, WorkerView } from './view'
import { stopContainer, type Work } from './work'

/**
 * Ends it: the attempt that the log names is told of, whatever had been begun here since, for a log that asked for the
 * end takes no news of another one. Where it did not ask, what waits to be told brings it to ours first.
 */
export const stop = (view: WorkerView, assignment: Assignment, now: Now, work: Work): void => {
  if (assignment.phase === 'over') return
  const containers = containersOf(view, assignment.id).filter((held) => !isOfAnother(view, assignment, held))
  if (containers.some(({ busy, stuck }) => busy === 'run' || busy === 'stop' || stuck)) return
  // On a worker that is cut off nothing of it may go on.
  const mayFollow =
    assignment.stopReason === null && hasPoststop(assignment) && whyCutOff(view, assignment, now) === null
  const isToEnd = (held: Held): boolean => held.state === 'running' && !(mayFollow && isPoststop(assignment, held))
  const running = containers.filter(isToEnd)
  for (const held of running) {
    stopContainer(work, held, assignment.spec.stop)
  }
  if (running.length > 0) return
  // Where somebody has removed what ended, a hook that was begun tells that it did.
  const hasEnded =
    currentOf(view, assignment)?.state === 'exited' || containers.some((held) => isPoststop(assignment, held))
  if (mayFollow && hasEnded && runHooks(view, assignment, 'poststop', now, work).tag === 'Busy') return
  assignment.phase = 'over'
  const exit = currentOf(view, assignment)?.exit ?? null
  const { stopReason: reason } = assignment
  const named = attemptOf(assignment, reason === null ? assignment.logged.attempt : assignment.attempt)
  const data = Object.assign(named, { exitCode: exit?.exitCode ?? null, signal: exit?.signal ?? null, reason })
  tell(work, assignment, { type: 'TaskStopped', data })
}

const hasPoststop = ({ spec }: Assignment): boolean => spec.poststop !== undefined

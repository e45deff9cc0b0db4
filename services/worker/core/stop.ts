import { attemptOf, tell } from './facts'
import { type Assignment, containersOf, currentOf, isOfAnother, type WorkerView } from './view'
import type { Work } from './work'

/**
 * Ends it: the attempt that the log names is told of, whatever had been begun here since, for a log that asked for the
 * end takes no news of another one. Where it did not ask, what waits to be told brings it to ours first.
 */
export const stop = (view: WorkerView, assignment: Assignment, work: Work): void => {
  if (assignment.phase === 'over') return
  const containers = containersOf(view, assignment.id).filter((held) => !isOfAnother(view, assignment, held))
  if (containers.some(({ busy, stuck }) => busy === 'run' || busy === 'stop' || stuck)) return
  const running = containers.filter(({ state }) => state === 'running')
  for (const held of running) {
    held.busy = 'stop'
    const { signal, graceMs } = assignment.spec.stop
    work.effects.push({ tag: 'Stop', driver: held.driver, ref: held.ref, signal, graceMs })
  }
  if (running.length > 0) return
  assignment.phase = 'over'
  const exit = currentOf(view, assignment)?.exit ?? null
  const { stopReason: reason } = assignment
  const named = attemptOf(assignment, reason === null ? assignment.logged.attempt : assignment.attempt)
  const data = { ...named, exitCode: exit?.exitCode ?? null, signal: exit?.signal ?? null, reason }
  tell(work, assignment, { type: 'TaskStopped', data })
}

import { findInstance } from '#libs/cluster'
import { containersOf } from './containers'
import { assignmentOf, assignmentsOf, type Held, type WorkerView } from './view'
import { stopContainer, type Work } from './work'

/** What a container that is nobody's any more is stopped with. */
export const LEFTOVER_STOP = { signal: 'SIGTERM', graceMs: 10_000 }

/**
 * Ends and removes the containers of one instance that nothing here needs: of an assignment that has ended, of another
 * placement, of attempts before the last one. Kept, for their logs: the attempt before the current one, and the last of a
 * finished instance.
 */
export const cleanUp = (view: WorkerView, id: string, work: Work): void => {
  for (const held of containersOf(view, id)) {
    if (held.busy !== null || held.stuck || view.engines.get(held.driver)?.state !== 'listed' || isNeeded(view, held))
      continue
    if (held.state === 'running') {
      const owner = assignmentOf(view, held.ref) ?? assignmentsOf(view, id)[0]
      stopContainer(work, held, owner?.spec.stop ?? LEFTOVER_STOP)
    } else {
      held.busy = 'remove'
      work.effects.push({ tag: 'Remove', driver: held.driver, ref: held.ref })
    }
  }
}

const isNeeded = (view: WorkerView, held: Held): boolean => {
  const assignment = assignmentOf(view, held.ref)
  if (assignment === undefined) return isHistory(view, held)
  const ended = assignment.wanted === 'gone' || (assignment.wanted === 'stop' && assignment.phase === 'over')
  const { attempt } = held.ref
  if (ended) return false
  return attempt >= assignment.attempt || (attempt === assignment.attempt - 1 && held.state === 'exited')
}

/** The last container of an instance that has finished here stays until its job is stopped or runs it again. */
const isHistory = (view: WorkerView, held: Held): boolean => {
  const instance = findInstance(view.cluster, held.ref.job, held.ref.task, held.ref.index)
  return (
    instance !== undefined &&
    held.state === 'exited' &&
    instance.worker === view.name &&
    instance.attempt === held.ref.attempt &&
    instance.placedSeq === held.ref.placement &&
    (instance.state === 'completed' || instance.state === 'failed') &&
    instance.task.job.state !== 'stopping' &&
    instance.task.job.state !== 'stopped'
  )
}

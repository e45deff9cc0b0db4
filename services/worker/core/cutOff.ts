import { type Now, stopsAfterMs } from '#libs/cluster'
import { type Assignment, touchAll, type WorkerView } from './view'

/**
 * Cut off from the log for too long, this worker stops what must not run twice before another one may start it; see
 * `stopsAfterMs`. So it does where the log says that it is lost: then its manager does not hear it.
 */
export const stopWhenCutOff = (view: WorkerView, assignment: Assignment, now: Now): void => {
  if (assignment.wanted !== 'run' || assignment.phase === 'over') return
  const after = stopsAfterMs(assignment.logged)
  if (after === null) return
  const dueAt = view.contactAt + after
  const state = view.cluster.workers.get(view.name)?.state
  if (now.mono < dueAt && state !== 'lost' && state !== 'forgotten') return watch(view, assignment, dueAt, now)
  const silentS = Math.round((now.mono - view.contactAt) / 1000)
  assignment.stopReason =
    now.mono < dueAt ? 'the cluster does not hear its worker' : `cut off from the log for ${silentS} s`
  assignment.wanted = 'stop'
}

/** One alarm at a time: when it rings, contact may have put off the end. */
const watch = (view: WorkerView, assignment: Assignment, dueAt: number, now: Now): void => {
  if (assignment.cutOffAlarmAt > now.mono || dueAt === Number.POSITIVE_INFINITY) return
  assignment.cutOffAlarmAt = dueAt
  view.alarms.push({ at: dueAt, id: assignment.id })
}

/** The log has acknowledged a heartbeat that was sent then. */
export const inContact = (view: WorkerView, sentAt: number): void => {
  const first = view.contactAt === Number.POSITIVE_INFINITY
  if (first) touchAll(view)
  view.contactAt = first ? sentAt : Math.max(view.contactAt, sentAt)
}

import { type Now, stopsAfterMs } from '#libs/cluster'
import type { Assignment } from './assignment'
import { containersOf } from './containers'
import { assignmentsOf, touchAll, type WorkerView } from './view'
import { stopContainer, type Work } from './work'

/**
 * Cut off from the log for too long, this worker stops what must not run twice before another one may start it; see
 * `stopsAfterMs`. So it does where the log says that it is lost: then its manager does not hear it.
 */
export const stopWhenCutOff = (view: WorkerView, assignment: Assignment, now: Now): void => {
  if (assignment.wanted !== 'run' || assignment.phase === 'over') return
  const why = whyCutOff(view, assignment, now)
  if (why === null) return
  assignment.stopReason = why
  assignment.wanted = 'stop'
}

/** The same for what the log is behind with: nothing can be told of it yet, but it must not run twice either. */
export const stopUntold = (view: WorkerView, now: Now, work: Work): void => {
  for (const id of view.untold) {
    for (const assignment of assignmentsOf(view, id)) {
      if (assignment.wanted !== 'run' || whyCutOff(view, assignment, now) === null) continue
      for (const held of containersOf(view, id)) {
        if (held.ref.placement !== assignment.placedSeq || held.state !== 'running') continue
        // Who could not stop it is asked again once it has been listed anew.
        if (held.busy !== null || held.stuck || view.engines.get(held.driver)?.state !== 'listed') continue
        stopContainer(work, held, assignment.spec.stop)
      }
    }
  }
}

/** Why nothing of it may run here any longer; null: it may, and is looked at again when that is over. */
export const whyCutOff = (view: WorkerView, assignment: Assignment, now: Now): string | null => {
  const after = stopsAfterMs(assignment.logged)
  if (after === null) return null
  const dueAt = view.contactAt + after
  const state = view.cluster.workers.get(view.name)?.state
  if (now.mono >= dueAt) return `cut off from the log for ${Math.round((now.mono - view.contactAt) / 1000)} s`
  if (state === 'lost' || state === 'forgotten') return 'the cluster does not hear its worker'
  watch(view, assignment, dueAt, now)
  return null
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

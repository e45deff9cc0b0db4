import type { Now } from '#libs/cluster'
import type { AttemptRef } from '#libs/drivers'
import type { TaskSpec } from '#libs/spec'
import { admit } from './admit'
import type { Assignment } from './assignment'
import { containersOf, heldOf, hold, isOfAnother } from './containers'
import { dueAt } from './ended'
import { mustPull, pull, reject } from './pulling'
import type { WorkerView } from './view'
import type { Work } from './work'

/** A container that is to run: the attempt's own, or one of its hooks. */
export interface Wanted {
  readonly ref: AttemptRef
  readonly spec: TaskSpec
}

/** Has a container made and started, once it is its time and nothing is in its way. */
export const start = (view: WorkerView, assignment: Assignment, { ref, spec }: Wanted, now: Now, work: Work): void => {
  const due = dueAt(view, assignment)
  if (now.mono < due) return wait(view, assignment, due)
  const held = heldOf(view, ref)
  if (!isAlone(view, assignment, ref)) return // looked at again when what else runs has ended
  const refusal = assignment.phase === 'idle' ? admit(view, assignment) : null
  if (refusal !== null) return reject(assignment, refusal, work)
  const { driver, image } = spec
  if (held === undefined && image !== undefined && mustPull(assignment)) return pull(assignment, { ref, image }, work)
  if (held === undefined)
    hold(view, { ref, driver, id: '', state: 'created', exit: null, ports: [], health: null, busy: 'run' })
  else held.busy = 'run'
  work.effects.push({ tag: 'Run', driver, ref, spec, ports: assignment.logged.chosenPorts })
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
const isAlone = (view: WorkerView, assignment: Assignment, ref: AttemptRef): boolean => {
  const own = heldOf(view, ref)
  for (const held of containersOf(view, assignment.id)) {
    if (held === own) continue
    const lives = held.state === 'running' || held.busy === 'run'
    const hasName = held.ref.attempt === assignment.attempt && held.ref.placement !== assignment.placedSeq
    if ((lives && !isOfAnother(view, assignment, held)) || hasName) return false
  }
  return true
}

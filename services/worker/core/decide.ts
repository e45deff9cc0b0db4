import type { Now } from '#libs/cluster'
import { cleanUp } from './cleanUp'
import { stopUntold } from './cutOff'
import { tellEngines } from './engines'
import { callWaiting } from './health'
import { reconcile } from './reconcile'
import { assignmentsOf, isCaughtUp, type WorkerView } from './view'
import type { Work } from './work'

/**
 * Brings what runs to what the log wants of this worker, for all that was touched since the last call: facts to tell
 * and effects to carry out. Level-triggered: it looks at what is, not at what happened, so it may be called at any time,
 * after any crash, and finds its way. `onlyUrgent`: no more can be told than what must not wait; the rest is decided
 * once it can.
 */
export const decide = (view: WorkerView, now: Now, onlyUrgent = false): Work => {
  const work: Work = { facts: [], effects: [], wakeAt: null }
  if (!view.caughtUp || view.successor !== null) return work
  const lookAt = tellEngines(view, now, work)
  ring(view, now)
  callWaiting(view)
  stopUntold(view, now, work)
  const ids = [...view.touched].filter((id) => isCaughtUp(view, id) && (!onlyUrgent || isUrgent(view, id)))
  for (const id of ids) {
    view.touched.delete(id)
    for (const assignment of assignmentsOf(view, id)) reconcile(view, assignment, now, work)
    cleanUp(view, id, work)
  }
  const alarmAt = view.alarms.peek()?.at ?? null
  return { ...work, wakeAt: lookAt === null ? alarmAt : Math.min(lookAt, alarmAt ?? lookAt) }
}

/** What must not run twice is stopped in time, whatever else has to wait. */
const isUrgent = (view: WorkerView, id: string): boolean =>
  assignmentsOf(view, id).some(({ spec }) => spec.onDisconnect === 'stop')

const ring = (view: WorkerView, now: Now): void => {
  for (let alarm = view.alarms.peek(); alarm !== undefined && alarm.at <= now.mono; alarm = view.alarms.peek()) {
    view.alarms.pop()
    view.touched.add(alarm.id)
  }
}

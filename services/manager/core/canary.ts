import { needsCanaries, whyWaiting } from '#libs/cluster'
import type { Move, Survey } from './survey'

/** Whether the instances beyond the canaries may follow: there are none, or they were found good. */
const isGateOpen = ({ task, update, steady }: Survey): boolean =>
  !needsCanaries(task) || (update.autoPromote && steady >= update.canary)

/** How many more instances may be replaced before somebody finds the canaries good. */
const roomForCanaries = (found: Survey): number =>
  isGateOpen(found) ? Number.POSITIVE_INFINITY : Math.max(0, found.update.canary - found.begun)

/** Whether the update stands still because its canaries, all healthy, wait for `ork promote`. */
export const waitsForPromotion = (found: Survey): boolean =>
  found.old.length > 0 && found.inFlight === 0 && roomForCanaries(found) === 0

/** Which of the old ones are next: as many as `maxParallel`, and for the update the canaries, leave room for. */
export const nextMoves = (found: Survey): readonly Move[] => {
  const room = Math.max(0, found.update.maxParallel - found.inFlight)
  let canaries = whyWaiting(found.task) === null ? roomForCanaries(found) : 0 // its successor would have to wait
  const may = found.old.filter(({ forUpdate }) => {
    if (forUpdate) canaries -= 1
    return !forUpdate || canaries >= 0
  })
  return may.slice(0, room)
}

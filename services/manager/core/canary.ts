import { isUp, needsCanaries, whyWaiting } from '#libs/cluster'
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
  const { maxParallel } = found.update
  let canaries = whyWaiting(found.task) === null ? roomForCanaries(found) : 0 // its successor would have to wait
  let [inFlight, settling] = [found.inFlight, found.settling.size]
  const moves: Move[] = []
  for (const move of found.old) {
    if (inFlight >= maxParallel) break
    if (move.forUpdate) canaries -= 1
    if (move.forUpdate && canaries < 0) continue
    const isSettling = found.settling.has(move.instance)
    const others = inFlight + (isUp(move.instance) ? settling - Number(isSettling) : 0) // nobody misses what is not up
    if (others >= maxParallel) continue
    moves.push(move)
    inFlight += 1
    if (isSettling) settling -= 1
  }
  return moves
}

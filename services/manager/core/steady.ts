import { type Instance, isPlaced, isUp, type Now } from '#libs/cluster'
import { updateOf } from '#libs/spec'

/**
 * What this manager has seen of the way of an instance to being healthy, on its own monotonic clock: a new leader begins
 * anew, and is the more careful.
 */
export interface Seen {
  placedSeq: number
  attempt: number
  /** When it was first seen there; whole milliseconds, which take no room of their own. */
  placedAt: number
  /** Since when it has been up without a break; null while it is not. */
  upSince: number | null
}

/** Looks at an instance that something happened to. */
export const note = (seen: Map<Instance, Seen>, instance: Instance, { mono }: Now): void => {
  const { placedSeq, attempt, state } = instance
  if (!isPlaced(state)) {
    seen.delete(instance)
    return
  }
  const at = Math.ceil(mono)
  const known = seen.get(instance)
  if (known?.placedSeq !== placedSeq) {
    seen.set(instance, { placedSeq, attempt, placedAt: at, upSince: isUp(instance) ? at : null })
    return
  }
  const wentOn = known.attempt === attempt ? known.upSince : null
  known.upSince = isUp(instance) ? (wentOn ?? at) : null
  known.attempt = attempt
}

/** When an instance that goes on as it is counts as healthy; monotonic milliseconds, null while it is not up. */
export const steadyAt = (seen: ReadonlyMap<Instance, Seen>, instance: Instance): number | null => {
  if (instance.state === 'completed') return Number.NEGATIVE_INFINITY
  const upSince = seen.get(instance)?.upSince ?? null
  return upSince === null ? null : upSince + updateOf(instance.task.spec).minHealthyMs
}

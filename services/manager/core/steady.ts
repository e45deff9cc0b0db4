import { type Instance, isPlaced, isUp, type Now } from '#libs/cluster'
import { updateOf } from '#libs/spec'

/**
 * What this manager has seen of the way of an instance to being healthy, on its own monotonic clock: a new leader begins
 * anew, and is the more careful.
 */
export interface Seen {
  readonly placedSeq: number
  readonly attempt: number
  /** When it was first seen there. */
  readonly placedAt: number
  /** Since when it has been up without a break; null while it is not. */
  readonly upSince: number | null
}

/** Looks at an instance that something happened to. */
export const note = (seen: Map<Instance, Seen>, instance: Instance, { mono }: Now): void => {
  const { placedSeq, attempt, state } = instance
  if (!isPlaced(state)) {
    seen.delete(instance)
    return
  }
  const known = seen.get(instance)
  const same = known?.placedSeq === placedSeq ? known : undefined
  const upSince = isUp(instance) ? (same?.attempt === attempt ? (same.upSince ?? mono) : mono) : null
  seen.set(instance, { placedSeq, attempt, placedAt: same?.placedAt ?? mono, upSince })
}

/** When an instance that goes on as it is counts as healthy; monotonic milliseconds, null while it is not up. */
export const steadyAt = (seen: ReadonlyMap<Instance, Seen>, instance: Instance): number | null => {
  if (instance.state === 'completed') return Number.NEGATIVE_INFINITY
  const upSince = seen.get(instance)?.upSince ?? null
  return upSince === null ? null : upSince + updateOf(instance.task.spec).minHealthyMs
}

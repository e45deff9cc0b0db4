import { type Decision, type Instance, type Now, rescheduleAfterMs } from '#libs/cluster'
import { rescheduled } from './drafts'

/** The instances that have failed where they were and wait to be placed anew. */
export interface Reschedules {
  readonly waiting: Map<Instance, Waiting>
  /** When the first of them is due at the earliest; monotonic milliseconds. */
  nextAt: number
}

interface Waiting {
  readonly placedSeq: number
  /** How long it waits in all, as its job had it when it was last looked at; milliseconds. */
  readonly after: number
  readonly dueAt: number
}

/** One that was decided on and did not come about, since its aggregate takes no decisions, is tried again so often. */
const AGAIN_MS = 10_000

export const noReschedules = (): Reschedules => ({ waiting: new Map(), nextAt: Number.POSITIVE_INFINITY })

/**
 * Looks at an instance that something happened to, or whose job changed. What fails under this leader, which began at
 * `leadsSince` in the log, waits by the leader's own monotonic clock. What failed before it is counted from when it
 * failed: that rests on two wall clocks, and if they differ it is placed anew too early once, and not again and again.
 */
export const noteFailure = (reschedules: Reschedules, instance: Instance, leadsSince: number, now: Now): void => {
  const { waiting } = reschedules
  const after = rescheduleAfterMs(instance)
  const { placedSeq, since, seq } = instance
  if (after === null) {
    waiting.delete(instance)
    return
  }
  const known = waiting.get(instance)
  if (known?.placedSeq === placedSeq) {
    // Its job may have come to want it sooner, or later.
    if (known.after !== after) wait(reschedules, instance, after, known.dueAt + after - known.after)
    return
  }
  const left = Math.min(Math.max(0, since + after - now.wall), after)
  wait(reschedules, instance, after, now.mono + (seq > leadsSince ? after : left))
}

const wait = (reschedules: Reschedules, instance: Instance, after: number, dueAt: number): void => {
  reschedules.waiting.set(instance, { placedSeq: instance.placedSeq, after, dueAt })
  reschedules.nextAt = Math.min(reschedules.nextAt, dueAt)
}

/** Those whose wait is over, at most `room`. */
export const decideReschedules = (reschedules: Reschedules, { mono }: Now, room: number): Decision[] => {
  if (mono < reschedules.nextAt) return []
  const decisions: Decision[] = []
  reschedules.nextAt = Number.POSITIVE_INFINITY
  for (const [instance, { dueAt, after }] of reschedules.waiting) {
    if (rescheduleAfterMs(instance) === null) reschedules.waiting.delete(instance)
    else if (dueAt > mono || decisions.length >= room) reschedules.nextAt = Math.min(reschedules.nextAt, dueAt)
    else {
      decisions.push(rescheduled(instance))
      wait(reschedules, instance, after, mono + AGAIN_MS)
    }
  }
  return decisions
}

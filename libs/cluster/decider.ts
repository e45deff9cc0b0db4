import type { Draft, Entry, OrkEvent } from '#libs/events'
import type { Cluster } from './model/cluster'

/** An event that a core wants written, and the last sequence it knows of the event's aggregate. */
export interface Decision {
  readonly draft: Draft
  readonly expect: number
}

/**
 * The two clocks, in milliseconds. `wall` is for what people read and for times that come from the log; `mono` only
 * ever moves forward, and every time-out is measured with it.
 */
export interface Now {
  readonly wall: number
  readonly mono: number
}

export interface Verdict {
  readonly decisions: readonly Decision[]
  /** Monotonic time at which there may be something to decide though nothing has happened; null: only events matter. */
  readonly wakeAt: number | null
}

/**
 * What a service that acts alone decides, and from what. Pure: a fold and functions of it. `evolve` may change the view
 * in place; `decide` looks only at what changed since it was last called and at what is due, returns at most as much
 * as one batch may hold, and is called again once that is folded.
 */
export interface Core<View> {
  /** What it knows when it has folded the log up to the cluster's sequence, before it looks at anything. */
  initial(cluster: Cluster): View
  evolve(view: View, entry: Entry): void
  /** A sign of life was heard now. */
  hear(view: View, heartbeat: OrkEvent, now: Now): void
  /** This service has just become the leader, or is connected again: silence so far says nothing. */
  lead(view: View, now: Now): void
  /** Forgets what was already looked at: a write was refused for reasons that no event will tell of. */
  reconsider(view: View): void
  decide(view: View, now: Now): Verdict
}

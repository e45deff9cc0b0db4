import type { Draft } from '#libs/events'
import type { Effect } from './dialogue'

/** A fact to be told to the log. Its id is its own: told twice, it is stored once. */
export interface Fact {
  readonly id: string
  /** The instance it is about. */
  readonly instance: string
  readonly draft: Draft
}

/** What one look at the view comes to, collected while it is taken. */
export interface Work {
  readonly facts: Fact[]
  readonly effects: Effect[]
  /** Monotonic time at which something is due though nothing happens; null: nothing is. */
  readonly wakeAt: number | null
}

import type { Draft } from '#libs/events'
import type { TaskSpec } from '#libs/spec'
import type { Effect } from './dialogue'
import type { Held } from './view'

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

/** Has a container stopped; nothing else is begun with it until that is answered. */
export const stopContainer = (work: Work, held: Held, { signal, graceMs }: TaskSpec['stop']): void => {
  held.busy = 'stop'
  work.effects.push({ tag: 'Stop', driver: held.driver, ref: held.ref, signal, graceMs })
}

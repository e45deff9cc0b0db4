import type { DecodeError } from './codec'
import type { OrkEvent } from './registry'

/** A stored message that is not an event this version can read. It takes its place in the order like any other. */
export interface Unreadable {
  readonly type: 'Unreadable'
  /** The NATS subject it stands on, without the prefix. */
  readonly path: string
  readonly error: DecodeError
}

/** One entry of the log, as a fold sees it. */
export interface Entry {
  /** JetStream's stream sequence, from 1. */
  readonly seq: number
  readonly event: OrkEvent | Unreadable
}

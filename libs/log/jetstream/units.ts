import { addressOf, type OrkEvent } from '#libs/events'
import { type OrkError, orkError } from '#libs/kernel'
import type { Append, AppendResult } from '../port'

/** One event and where it goes. Encoded only when it is sent: thousands may wait. */
export interface Write {
  readonly event: OrkEvent
  readonly subject: string
  /** The aggregate's filter: the string compare-and-set is done with. */
  readonly filter: string
  readonly expect: number | undefined
}

/** One call of `append` or `appendTogether`, which waits for its outcomes. */
export interface Call {
  /** The outcome of its unit number `at`. */
  settle(at: number, result: AppendResult): void
  fail(cause: Error): void
}

/** What stands or falls together: one event, or the events of one `appendTogether`. */
export class Unit {
  /** Aggregates that earlier units still write to. */
  blockedBy = 0
  /** Never to be put into a group commit (again). */
  alone: boolean
  /** Set once a try ended without an answer: if it is stored after all, it stands after this sequence. */
  unsureAfter: number | null = null

  constructor(
    readonly first: Write,
    /** Those behind the first; null where there are none, as nearly always. */
    readonly more: readonly Write[] | null,
    readonly call: Call,
    /** Its number within the call. */
    readonly at: number,
  ) {
    this.alone = more !== null
  }

  get size(): number {
    return this.more === null ? 1 : this.more.length + 1
  }

  get writes(): readonly Write[] {
    return this.more === null ? [this.first] : [this.first, ...this.more]
  }

  /** Aggregates touched, each once. */
  get filters(): readonly string[] {
    return [...new Set(this.writes.map(({ filter }) => filter))]
  }
}

// Wildcards, white space and line ends would change what the server reads.
const SAFE_SUBJECT = /^[\w-]+(\.[\w-]+)+$/
const SAFE_ID = /^[!-~]{1,256}$/

/** Finds where an event goes; an error for one whose names cannot stand in a subject. */
export const toWrite = (prefix: string, item: Append): Write | OrkError => {
  const { event, expect } = item
  const { subject, filter } = addressOf(prefix, event)
  if (!SAFE_SUBJECT.test(subject) || !SAFE_ID.test(event.id)) return unsafe(subject, event)
  return { event, subject, filter, expect }
}

const unsafe = (subject: string, event: OrkEvent): OrkError =>
  orkError('BadSubject', 'the names or the id of the event hold characters that cannot stand in a subject', {
    where: `${JSON.stringify(subject)}, id ${JSON.stringify(event.id)}`,
    next: 'names are lower-case letters, digits and dashes',
  })

import { filterOf, type OrkEvent, subjectOf } from '#libs/events'
import { type OrkError, orkError } from '#libs/kernel'
import type { Append, AppendResult } from '../port'

/** One event in its wire form. */
export interface Write {
  readonly subject: string
  /** The aggregate's filter: the string compare-and-set is done with. */
  readonly filter: string
  readonly id: string
  /** Header lines, each ended by CR LF. */
  readonly headers: string
  readonly payload: string
  readonly expect: number | undefined
}

/** What stands or falls together: one event, or the events of one `appendTogether`. */
export interface Unit {
  readonly writes: readonly Write[]
  /** Aggregates touched, each once. */
  readonly filters: readonly string[]
  readonly settle: (result: AppendResult) => void
  readonly fail: (cause: Error) => void
  /** Aggregates that earlier units still write to. */
  blockedBy: number
  /** Never to be put into a group commit (again). */
  alone: boolean
  /** Set once a try ended without an answer: if it is stored after all, it stands after this sequence. */
  unsureAfter: number | null
}

// Wildcards, white space and line ends would change what the server reads.
const SAFE_SUBJECT = /^[\w-]+(\.[\w-]+)+$/
const SAFE_ID = /^[!-~]{1,256}$/

/** Brings an event into its wire form; an error for one whose names cannot stand in a subject. */
export const toWrite = (prefix: string, item: Append): Write | OrkError => {
  const { event, expect } = item
  const subject = subjectOf(prefix, event)
  if (!SAFE_SUBJECT.test(subject) || !SAFE_ID.test(event.id)) return unsafe(subject, event)
  const filter = filterOf(prefix, event)
  const id = `Nats-Msg-Id: ${event.id}\r\n`
  const headers =
    expect === undefined
      ? id
      : `${id}Nats-Expected-Last-Subject-Sequence: ${expect}\r\nNats-Expected-Last-Subject-Sequence-Subject: ${filter}\r\n`
  return { subject, filter, id: event.id, headers, payload: JSON.stringify(event), expect }
}

const unsafe = (subject: string, event: OrkEvent): OrkError =>
  orkError('BadSubject', 'the names or the id of the event hold characters that cannot stand in a subject', {
    where: `${JSON.stringify(subject)}, id ${JSON.stringify(event.id)}`,
    next: 'names are lower-case letters, digits and dashes',
  })

import * as E from 'fp-ts/Either'
import { type Entry, parseEvent, pathOf } from '#libs/events'
import type { StoredMessage } from '../port'
import type { Frame } from './frames'
import { readTime } from './wire'

/**
 * Reads a stored message; one that is no event of ours keeps its place as Unreadable. So does one that stands on another
 * subject than its own: the servers let a writer publish by subject, and what is said there must not reach further.
 */
export const toEntry = (prefix: string, seq: number, text: string, subject: string): Entry => {
  const parsed = parseEvent(text)
  const path = subject.slice(prefix.length + 1)
  if (E.isLeft(parsed)) return { seq, event: { type: 'Unreadable', path, error: parsed.left } }
  if (pathOf(parsed.right) === path) return { seq, event: parsed.right }
  const detail = `the event says of itself that it belongs to ${pathOf(parsed.right)}`
  return { seq, event: { type: 'Unreadable', path, error: { tag: 'WrongPlace', detail } } }
}

/** What readers make of what is delivered: its entry … */
export const entryOfFrame =
  (prefix: string) =>
  (seq: number, frame: Frame): Entry =>
    toEntry(prefix, seq, frame.text, frame.subject)

/** … or the message as it is stored. */
export const messageOfFrame = (seq: number, frame: Frame): StoredMessage => ({
  seq,
  subject: frame.subject,
  data: Buffer.from(frame.bytes.subarray(frame.start, frame.end)),
  headers: frame.headers,
  time: readTime(frame.reply),
})

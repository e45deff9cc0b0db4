import * as E from 'fp-ts/Either'
import type { Msg } from 'nats'
import { type Entry, parseEvent, pathOf } from '#libs/events'
import { asBuffer } from './wire'

/**
 * Reads a stored message; one that is no event of ours keeps its place as Unreadable. So does one that stands on another
 * subject than its own: the servers let a writer publish by subject, and what is said there must not reach further.
 */
export const toEntry = (prefix: string, seq: number, data: Uint8Array, subject: () => string): Entry => {
  const parsed = parseEvent(asBuffer(data).toString('utf8'))
  const path = subject().slice(prefix.length + 1)
  if (E.isLeft(parsed)) return { seq, event: { type: 'Unreadable', path, error: parsed.left } }
  if (pathOf(parsed.right) === path) return { seq, event: parsed.right }
  const detail = `the event says of itself that it belongs to ${pathOf(parsed.right)}`
  return { seq, event: { type: 'Unreadable', path, error: { tag: 'WrongPlace', detail } } }
}

export const messageToEntry = (prefix: string, seq: number, message: Msg): Entry =>
  toEntry(prefix, seq, message.data, () => message.subject)

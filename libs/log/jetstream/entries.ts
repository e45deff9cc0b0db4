import * as E from 'fp-ts/Either'
import type { Msg } from 'nats'
import { type Entry, parseEvent } from '#libs/events'
import { asBuffer } from './wire'

/** Reads a stored message; one that is no event of ours keeps its place as Unreadable. */
export const toEntry = (prefix: string, seq: number, data: Uint8Array, subject: () => string): Entry => {
  const parsed = parseEvent(asBuffer(data).toString('utf8'))
  if (E.isRight(parsed)) return { seq, event: parsed.right }
  return { seq, event: { type: 'Unreadable', path: subject().slice(prefix.length + 1), error: parsed.left } }
}

export const messageToEntry = (prefix: string, seq: number, message: Msg): Entry =>
  toEntry(prefix, seq, message.data, () => message.subject)

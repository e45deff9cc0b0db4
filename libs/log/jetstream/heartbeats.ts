import { type Entry, type OrkEvent, subjectOf } from '#libs/events'
import { Answers } from './answers'
import { lastMatch } from './ends'
import { entryOfFrame, toEntry } from './entries'
import type { Link } from './link'
import { readRange } from './read'
import { getStored } from './stored'

/** Answers that may be waited for; who has so many open gets none any more. */
const MOST_WAITING = 20_000
/** After so long an answer is missed. */
const LATE_MS = 4_000

/** Writes signs of life without waiting; one that cannot be sent now is of no use later. */
export class Beats {
  private readonly answers: Answers
  /** By token: who is to be told that it is stored. The oldest first. */
  private readonly waiting = new Map<number, () => void>()
  private next = 0
  /** When the first was sent of those since the last answer; null: none. */
  private unansweredFrom: number | null = null

  constructor(private readonly link: Link) {
    this.answers = new Answers(link.inlet, (token, ack) => {
      const stored = this.waiting.get(token)
      this.waiting.delete(token)
      this.unansweredFrom = null
      link.failover.acknowledged(ack)
      if (ack.tag === 'Stored') stored?.()
    })
  }

  beat(event: OrkEvent, stored: () => void = () => {}): void {
    const { link, waiting } = this
    if (!link.connected || link.closing || link.nc.isClosed()) return
    const now = performance.now()
    this.unansweredFrom ??= now
    if (now - this.unansweredFrom >= LATE_MS) link.failover.unanswered('write', now - this.unansweredFrom)
    const token = this.next
    this.next += 1
    waiting.set(token, stored)
    const [oldest] = waiting.keys()
    if (waiting.size > MOST_WAITING && oldest !== undefined) waiting.delete(oldest)
    link.publishBuffer.publishPlain(subjectOf(link.prefix, event), JSON.stringify(event), this.answers.to(token))
  }
}

/** Tells of signs of life as they come; what is no event of ours is passed over. */
export const followHeartbeats = (link: Link, onBeat: (event: OrkEvent) => void): { stop(): void } => {
  const take = (text: string, subject: string): void => {
    const { event } = toEntry(link.prefix, 0, text, subject)
    if (event.type !== 'Unreadable') onBeat(event)
  }
  return link.inlet.subscribe(
    `${link.prefix}.heartbeats.*`,
    (frame) => {
      take(frame.text, frame.subject)
      return true
    },
    (message) => take(message.string(), message.subject),
  )
}

/** Signs of life are kept for an hour; the oldest of them may go at any moment. */
const KEPT_MS = 59 * 60_000

/** Signs of life from the past, oldest first. */
export async function* readHeartbeats(
  link: Link,
  stream: string,
  options: { readonly since: number; readonly worker?: string },
): AsyncGenerator<readonly Entry[]> {
  const filters = [`${link.prefix}.heartbeats.${options.worker ?? '*'}`]
  const since = Math.max(options.since, Date.now() - KEPT_MS)
  const to = await lastMatch(link, stream, filters)
  const last = to === 0 ? null : await getStored(link, stream, { seq: to })
  if (last === null || last.time < since) return
  yield* readRange(link, { stream, filters, from: 1, since, to, take: entryOfFrame(link.prefix) })
}

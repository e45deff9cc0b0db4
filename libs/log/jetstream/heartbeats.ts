import { type Entry, type OrkEvent, subjectOf } from '#libs/events'
import { lastMatch } from './ends'
import { toEntry } from './entries'
import type { Link } from './link'
import { readRange } from './read'
import { getStored } from './stored'
import { readAck } from './wire'

const ANSWER_MS = 5_000

/** Writes a sign of life without waiting; one that cannot be sent now is of no use later. */
export const beat = (link: Link, event: OrkEvent, stored: () => void = () => {}): void => {
  if (!link.connected || link.closing) return
  const answer = link.nc.request(subjectOf(link.prefix, event), JSON.stringify(event), { timeout: ANSWER_MS })
  answer.then(
    (message) => (readAck(message.data).tag === 'Stored' ? stored() : undefined),
    () => undefined, // nobody answered: then nothing is known
  )
}

/** Tells of signs of life as they come; what is no event of ours is passed over. */
export const followHeartbeats = (link: Link, onBeat: (event: OrkEvent) => void): { stop(): void } => {
  const subscription = link.nc.subscribe(`${link.prefix}.heartbeats.*`, {
    callback: (error, message) => {
      if (error !== null) return
      const { event } = toEntry(link.prefix, 0, message.string(), message.subject)
      if (event.type !== 'Unreadable') onBeat(event)
    },
  })
  return { stop: () => (link.nc.isClosed() ? undefined : subscription.unsubscribe()) }
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
  yield* readRange(link, { stream, filters, from: 1, since, to })
}

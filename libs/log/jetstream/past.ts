import type { Entry } from '#libs/events'
import { type OrkError, orkError } from '#libs/kernel'
import { toEntry } from './entries'
import { type Link, pause } from './link'
import { getStored, getStreamInfo } from './stored'
import { asBuffer } from './wire'

/** How long a log may seem to lack what was read: servers that have just elected a leader are a moment behind. */
const PATIENCE_MS = 10_000
const ASK_EVERY_MS = 500

type Found = 'there' | 'other' | 'missing'

/**
 * Null once the log holds what a reader has of it; else why it cannot go on. Servers that went away with the log may
 * return with an older one: who reads on from where he was would never see what is written in place of what was lost.
 * Waits for a log that does not answer, until it is over.
 */
export const lostSince = async (
  link: Link,
  stream: string,
  last: Entry,
  isOver: () => boolean,
): Promise<OrkError | null> => {
  let missingSince = Number.POSITIVE_INFINITY
  while (!isOver()) {
    const found = await look(link, stream, last).catch(() => 'unknown' as const)
    if (found === 'there') return null
    missingSince = found === 'missing' ? Math.min(missingSince, performance.now()) : Number.POSITIVE_INFINITY
    if (found === 'other' || performance.now() - missingSince >= PATIENCE_MS) return lostEvents(last.seq)
    await pause(ASK_EVERY_MS)
  }
  return null
}

const look = async (link: Link, stream: string, { seq, event }: Entry): Promise<Found> => {
  const stored = await getStored(link, stream, { seq })
  if (stored === null) {
    // What was archived was there.
    return (await getStreamInfo(link, stream)).state.first_seq > seq ? 'there' : 'missing'
  }
  const found = toEntry(link.prefix, seq, asBuffer(stored.data).toString('utf8'), stored.subject).event
  if (found.type === 'Unreadable' || event.type === 'Unreadable') return found.type === event.type ? 'there' : 'other'
  return found.id === event.id ? 'there' : 'other'
}

const lostEvents = (seq: number): OrkError =>
  orkError('LogLostEvents', `the log no longer holds event ${seq} as it was read before: events were lost`, {
    next:
      'what runs goes on. Put the right data under the nats-servers, or restore a backup; or, if the loss is to be ' +
      'lived with, start what has ended again',
  })

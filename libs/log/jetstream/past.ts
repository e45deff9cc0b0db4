import type { Entry } from '#libs/events'
import { type OrkError, orkError } from '#libs/kernel'
import { toEntry } from './entries'
import { type Link, pause } from './link'
import { getStored, getStreamInfo } from './stored'
import { identityOf, type Streams } from './streams'
import { asBuffer } from './wire'

/** How long a log may seem to lack what was read: servers that have just elected a leader are a moment behind. */
const PATIENCE_MS = 10_000
const ASK_EVERY_MS = 500

type Found = 'there' | 'other' | 'missing'

/** How far a reader has come: the sequence, and the last of the entries that he wanted; null: none so far. */
interface Read {
  readonly seq: number
  readonly entry: Entry | null
}

/**
 * Null once the log holds what a reader has of it; else why it cannot go on. Servers that went away with the log may
 * return with an older one, and a stream that was deleted may be made again: who reads on from where he was would never
 * see what is written in place of what was lost. Waits for a log that does not answer, until it is over.
 */
export const lostSince = async (
  link: Link,
  streams: Streams,
  read: Read,
  isOver: () => boolean,
): Promise<OrkError | null> => {
  let missingSince = Number.POSITIVE_INFINITY
  while (!isOver()) {
    const found = await look(link, streams, read).catch(() => 'unknown' as const)
    if (found === 'there') return null
    missingSince = found === 'missing' ? Math.min(missingSince, performance.now()) : Number.POSITIVE_INFINITY
    if (found === 'other' || performance.now() - missingSince >= PATIENCE_MS) return lostEvents(read)
    await pause(ASK_EVERY_MS)
  }
  return null
}

const look = async (link: Link, { events, cluster }: Streams, { seq, entry }: Read): Promise<Found> => {
  const { config, state } = await getStreamInfo(link, events)
  if (identityOf(config) !== cluster) return 'other'
  if (state.last_seq < seq) return 'missing'
  if (entry === null || entry.seq < state.first_seq) return 'there' // what was archived was there
  const stored = await getStored(link, events, { seq: entry.seq })
  if (stored === null) return 'missing'
  const found = toEntry(link.prefix, entry.seq, asBuffer(stored.data).toString('utf8'), stored.subject).event
  if (found.type === 'Unreadable' || entry.event.type === 'Unreadable')
    return found.type === entry.event.type ? 'there' : 'other'
  return found.id === entry.event.id ? 'there' : 'other'
}

const lostEvents = ({ seq, entry }: Read): OrkError =>
  orkError(
    'LogLostEvents',
    `the log no longer holds event ${entry?.seq ?? seq} as it was read before: events were lost`,
    {
      next:
        'what runs goes on. Put the right data under the nats-servers, or restore a backup; or, if the loss is to be ' +
        'lived with, start what has ended again',
    },
  )

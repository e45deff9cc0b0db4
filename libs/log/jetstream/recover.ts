import * as E from 'fp-ts/Either'
import { parseEvent } from '#libs/events'
import type { StoredMessage } from '../port'
import type { Link } from './link'
import type { Shipment } from './shipment'
import { getStored } from './stored'
import type { Write } from './units'
import { asBuffer } from './wire'

const holds = ({ data }: StoredMessage, { event }: Write): boolean => {
  const found = parseEvent(asBuffer(data).toString('utf8'))
  return E.isRight(found) && found.right.id === event.id
}

/**
 * Whether a write whose answer was lost is stored, and where. A stored decision that is sent again is answered as a
 * conflict, and the server forgets the ids of facts after a while. So the stream itself is asked for what stands on that
 * very subject since the first try: a few messages at most.
 */
const whereStored = async (link: Link, stream: string, write: Write, after: number): Promise<number | null> => {
  for (let seq = (write.expect ?? after) + 1; ; ) {
    const found = await getStored(link, stream, { seq, next_by_subj: write.subject })
    if (found === null) return null
    if (holds(found, write)) return found.seq
    seq = found.seq + 1
  }
}

/** Sequence of a shipment's last write, if the shipment is stored; a batch is stored whole, in one piece, or not at all. */
export const lastStored = async (link: Link, stream: string, shipment: Shipment): Promise<number | null> => {
  const { writes, after } = shipment
  const first = writes[0]
  const last = writes.at(-1)
  if (first === undefined || last === undefined) return null
  const start = await whereStored(link, stream, first, after)
  if (start === null || writes.length === 1) return start
  const end = await whereStored(link, stream, last, after)
  return end === start + writes.length - 1 ? end : null
}

/** As above for events that may have been stored long ago, by an earlier process: looks at the newest of its subject. */
export const storedBefore = async (link: Link, stream: string, shipment: Shipment): Promise<number | null> => {
  const last = shipment.writes.at(-1)
  if (last === undefined) return null
  const newest = await getStored(link, stream, { last_by_subj: last.subject })
  return newest !== null && holds(newest, last) ? newest.seq : null
}

import { randomUUID } from 'node:crypto'
import type { NatsConnection } from 'nats'
import type { Unit, Write } from './units'
import { rawHeaders } from './wire'

/** What goes over the wire as one: a single publish, or an atomic batch of one or more units. */
export interface Shipment {
  readonly units: readonly Unit[]
  readonly writes: readonly Write[]
  /** The log's last sequence when it was first sent: what is stored of it stands after that. */
  readonly after: number
  readonly firstSentAt: number
  tries: number
  deadline: number
  /** A try ended without an answer: it may be stored. */
  unsure: boolean
  /** Reply tokens of all tries, so that a late answer still counts. */
  readonly tokens: number[]
  settled: boolean
}

export const isBatch = (shipment: Shipment): boolean => shipment.writes.length > 1

export const newShipment = (units: readonly Unit[], after: number, now: number): Shipment => {
  const [first] = units
  const single = units.length === 1 && first !== undefined
  return {
    units,
    writes: single ? first.writes : units.flatMap((unit) => unit.writes),
    after: (single ? first.unsureAfter : null) ?? after,
    firstSentAt: now,
    tries: 0,
    deadline: 0,
    unsure: single && first.unsureAfter !== null,
    tokens: [],
    settled: false,
  }
}

/** Puts it on the wire; answers come to `reply`. Throws where the client refuses it (too large, closed). */
export const transmit = (nc: NatsConnection, shipment: Shipment, reply: string): void => {
  const { writes } = shipment
  const [first] = writes
  if (first === undefined) return
  if (writes.length === 1) {
    nc.publish(first.subject, first.payload, { headers: rawHeaders(first.headers), reply })
    return
  }
  // A batch has a new id for every try: the server may still hold the parts of the last one.
  const batch = `Nats-Batch-Id: ${randomUUID()}\r\nNats-Batch-Sequence: `
  const last = writes.length - 1
  writes.forEach((write, at) => {
    const headers = rawHeaders(`${write.headers}${batch}${at + 1}\r\n${at === last ? 'Nats-Batch-Commit: 1\r\n' : ''}`)
    // The first is answered too, if only by an error that says why there can be no batch.
    nc.publish(write.subject, write.payload, at === 0 || at === last ? { headers, reply } : { headers })
  })
}

import { randomUUID } from 'node:crypto'
import type { PublishBuffer } from './publishBuffer'
import type { Unit, Write } from './units'

/** What goes over the wire as one: a single publish, or an atomic batch of one or more units. */
export class Shipment {
  tries = 0
  /** When the answer to the last try is overdue; monotonic milliseconds, as `firstSentAt`. */
  deadline = 0
  /** A try ended without an answer: it may be stored. */
  unsure: boolean
  settled = false
  /** Reply tokens: of the last try, and of those before, so that a late answer still counts. */
  token = -1
  olderTokens: number[] | null = null
  /** The log's last sequence when it was first sent: what is stored of it stands after that. */
  readonly after: number

  constructor(
    readonly first: Unit,
    /** Those behind the first, in a group commit. */
    readonly more: readonly Unit[] | null,
    lastSeq: number,
    readonly firstSentAt: number,
  ) {
    this.unsure = more === null && first.unsureAfter !== null
    this.after = (more === null ? first.unsureAfter : null) ?? lastSeq
  }

  get isGroup(): boolean {
    return this.more !== null
  }

  get isBatch(): boolean {
    return this.more !== null || this.first.more !== null
  }

  get units(): readonly Unit[] {
    return this.more === null ? [this.first] : [this.first, ...this.more]
  }

  get writes(): readonly Write[] {
    return this.units.flatMap((unit) => unit.writes)
  }

  nextTry(token: number): void {
    this.tries += 1
    if (this.token >= 0) this.olderTokens = [...(this.olderTokens ?? []), this.token]
    this.token = token
  }
}

/** Puts it on the wire; answers come to `reply`. Throws where the client refuses it (too large, closed). */
export const transmit = (buffer: PublishBuffer, shipment: Shipment, reply: string): void => {
  if (!shipment.isBatch) {
    buffer.publish(shipment.first.first, '', reply)
    return
  }
  // A batch has a new id for every try: the server may still hold the parts of the last one.
  const batch = `Nats-Batch-Id: ${randomUUID()}\r\nNats-Batch-Sequence: `
  const { writes } = shipment
  const last = writes.length - 1
  for (const [at, write] of writes.entries()) {
    const headers = `${batch}${at + 1}\r\n${at === last ? 'Nats-Batch-Commit: 1\r\n' : ''}`
    // The first is answered too, if only by an error that says why there can be no batch.
    buffer.publish(write, headers, at === 0 || at === last ? reply : '')
  }
}

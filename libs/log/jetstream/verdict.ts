import { isPassingCode } from './passing'
import type { Shipment } from './shipment'
import type { Ack } from './wire'

/** What an answer means for a shipment. */
export type Verdict =
  | { readonly tag: 'Stored'; readonly lastSeq: number }
  | { readonly tag: 'Conflict' }
  | { readonly tag: 'Refused'; readonly text: string; readonly errCode: number }
  /** A refused group commit: each unit is to go by itself. */
  | { readonly tag: 'Split' }
  | { readonly tag: 'Again' }
  /** The answer would be the same had an earlier try been stored: look. */
  | { readonly tag: 'Look' }
  | { readonly tag: 'Ignore' }

const WRONG_LAST_SEQUENCE = 10071
/** Other writes to the aggregate are under way, or an earlier try of this one: may be passing. */
const WRONG_LAST_SEQUENCE_CONSTANT = 10164
const BATCH_INCOMPLETE = 10176
const BATCH_HAS_DUPLICATE = 10201
const TRIES_WHILE_OTHERS_WRITE = 8
const TRIES_OF_A_GROUP = 3

/** What an acknowledgement means for what was sent. */
export const judge = (ack: Ack, shipment: Shipment): Verdict => {
  if (ack.tag === 'Stored') return { tag: 'Stored', lastSeq: ack.seq }
  // The first message of a batch is answered with nothing, "go on"; nothing for a single one is 503, nobody there.
  if (ack.tag === 'Empty') return shipment.isBatch ? { tag: 'Ignore' } : { tag: 'Again' }
  const { errCode } = ack
  const { isGroup } = shipment
  if (isPassingCode(errCode)) return { tag: 'Again' }
  if (errCode === BATCH_INCOMPLETE) {
    return isGroup && shipment.tries >= TRIES_OF_A_GROUP && !shipment.unsure ? { tag: 'Split' } : { tag: 'Again' }
  }
  if (errCode === WRONG_LAST_SEQUENCE_CONSTANT && mayPass(shipment)) return { tag: 'Again' }
  if (shipment.unsure || (errCode === BATCH_HAS_DUPLICATE && !isGroup)) return { tag: 'Look' }
  return afterLooking(ack, shipment)
}

/** A single write that may have been sent before waits for as long as it takes: it must not be refused by itself. */
const mayPass = ({ tries, unsure, isBatch }: Shipment): boolean =>
  tries < TRIES_WHILE_OTHERS_WRITE || (unsure && !isBatch)

/** As `judge`, once it is known that no earlier try was stored. */
export const afterLooking = (ack: Ack, shipment: Shipment): Verdict => {
  if (shipment.isGroup) return { tag: 'Split' }
  if (ack.tag !== 'Error') return { tag: 'Again' }
  if (ack.errCode === WRONG_LAST_SEQUENCE || ack.errCode === WRONG_LAST_SEQUENCE_CONSTANT) return { tag: 'Conflict' }
  return { tag: 'Refused', text: ack.text, errCode: ack.errCode }
}

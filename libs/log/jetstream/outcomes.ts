import { type OrkError, OrkFailure, orkError } from '#libs/kernel'
import type { AppendResult } from '../port'
import { noRoomAtAll } from '../room'
import type { Shipment } from './shipment'

/** The stream's limit of bytes, with `discard: new`. */
const NO_ROOM = 10077

/** What the caller is told of a shipment that the server will not take. */
export const refused = (
  shipment: Shipment,
  verdict: { readonly text: string; readonly errCode: number },
): AppendResult => {
  const where = shipment.writes
    .map((write) => write.subject)
    .slice(0, 3)
    .join(', ')
  if (verdict.errCode === NO_ROOM) return { tag: 'Refused', error: noRoomAtAll(where) }
  const code = verdict.errCode === 0 ? '' : ` (${verdict.errCode})`
  const error: OrkError = orkError('Refused', `the log does not take it: ${verdict.text}${code}`, { where })
  return { tag: 'Refused', error }
}

/** For those who wait when the connection is closed. */
export const closedError = (): OrkFailure =>
  new OrkFailure(orkError('Closed', 'the connection was closed before the outcome was known'))

import { type OrkError, OrkFailure, orkError } from '#libs/kernel'
import type { AppendResult } from '../port'
import type { Shipment } from './shipment'

/** What the caller is told of a shipment that the server will not take. */
export const refused = (
  shipment: Shipment,
  verdict: { readonly text: string; readonly errCode: number },
): AppendResult => {
  const where = shipment.writes
    .map((write) => write.subject)
    .slice(0, 3)
    .join(', ')
  const code = verdict.errCode === 0 ? '' : ` (${verdict.errCode})`
  const error: OrkError = orkError('Refused', `the log does not take it: ${verdict.text}${code}`, { where })
  return { tag: 'Refused', error }
}

/** For those who wait when the connection is closed. */
export const closedError = (): OrkFailure =>
  new OrkFailure(orkError('Closed', 'the connection was closed before the outcome was known'))

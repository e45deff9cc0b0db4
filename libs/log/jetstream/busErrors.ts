import type { Msg, MsgHdrs, NatsError } from 'nats'
import { causeText, type OrkError, OrkFailure, orkError } from '#libs/kernel'
import type { BusError } from '../port'

/** As NATS micro services say that a request failed. */
export const ERROR_HEADER = 'Nats-Service-Error'
export const ERROR_CODE_HEADER = 'Nats-Service-Error-Code'

export const busError = (tag: BusError['tag'], what: string, where: string, refusal?: OrkError): BusError => ({
  tag,
  what,
  where,
  ...(refusal?.next === undefined ? {} : { next: refusal.next }),
  ...(refusal === undefined ? {} : { refusal }),
})

/** What kept a request from being answered. */
export const toBusError = (cause: unknown, subject: string): BusError => {
  const code = (cause as Partial<NatsError> | null)?.code
  if (code === '503') return busError('NoResponders', 'nobody answers there at the moment', subject)
  if (code === 'TIMEOUT') return busError('TimedOut', 'no answer came in time', subject)
  if (code === 'PERMISSIONS_VIOLATION') return busError('Refused', 'the server does not permit it', subject)
  return busError('Disconnected', `the connection is not there: ${causeText(cause)}`, subject)
}

/** The error an answer carries, if it is one: an OrkError as JSON, or at least the header's words. */
export const errorIn = (message: Msg, subject: string): BusError | null => {
  const { headers } = message
  if (headers === undefined) return null
  if (message.data.length === 0 && headers.code === 503) {
    return busError('NoResponders', 'nobody answers there at the moment', subject)
  }
  if (!headers.has(ERROR_HEADER)) return null
  const refusal = refusalIn(message, headers)
  return busError('Refused', refusal.what, refusal.where ?? subject, refusal)
}

const refusalIn = (message: Msg, headers: MsgHdrs): OrkError => {
  const body = decode(message.data)
  if (isOrkError(body)) return body
  return orkError('Refused', headers.get(ERROR_HEADER) || 'the request was refused')
}

const isOrkError = (value: unknown): value is OrkError =>
  typeof value === 'object' && value !== null && 'tag' in value && 'what' in value && typeof value.what === 'string'

/** A thrown thing as an error for the one who asked. */
export const toOrkError = (cause: unknown): OrkError =>
  cause instanceof OrkFailure ? cause.error : orkError('Internal', `the service failed: ${causeText(cause)}`)

export const encode = (payload: unknown): string => (payload === undefined ? '' : JSON.stringify(payload))

/** The value of a payload; nothing for an empty one and for one that is not JSON. */
export const decode = (data: Uint8Array): unknown => {
  if (data.length === 0) return undefined
  try {
    return JSON.parse(new TextDecoder().decode(data))
  } catch {
    return undefined
  }
}

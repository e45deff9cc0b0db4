/** A JetStream answer to a publish: stored (its sequence), or the server's error. */
export type Ack =
  | { readonly tag: 'Stored'; readonly seq: number }
  | { readonly tag: 'Error'; readonly code: number; readonly errCode: number; readonly text: string }
  | { readonly tag: 'Empty' }

const S = 115
const SEQ = Buffer.from('"seq":')
const ZERO = 48
const NINE = 57
/** `{"stream":"","seq":1}` */
const SHORTEST = 22
/** Tokens of a reply subject without domain and account. */
const SHORT_REPLY = 9

/**
 * Reads an acknowledgement, which lies from `start` to `end`. The plain one, `{"stream":"S","seq":12}`, is scanned from
 * its end: there is one for every event.
 */
export const readAck = (data: Uint8Array, start = 0, end = data.length): Ack => {
  if (end - start >= SHORTEST && data[start + 2] === S) {
    const seqAt = digitsBefore(data, end - 1)
    if (seqAt < end - 1 && isAfterSeq(data, seqAt)) return { tag: 'Stored', seq: numberIn(data, seqAt, end - 1) }
  }
  return parseAck(asBuffer(data).toString('utf8', start, end))
}

const isDigit = (byte: number | undefined): boolean => byte !== undefined && byte >= ZERO && byte <= NINE

/** Where the digits begin that end at `end`. */
const digitsBefore = (data: Uint8Array, end: number): number => {
  let at = end
  while (isDigit(data[at - 1])) at -= 1
  return at
}

const numberIn = (data: Uint8Array, start: number, end: number): number => {
  let value = 0
  for (let at = start; at < end; at += 1) value = value * 10 + ((data[at] ?? 0) - ZERO)
  return value
}

/** Whether `"seq":` stands before. */
const isAfterSeq = (data: Uint8Array, at: number): boolean => isAt(data, at - SEQ.length, SEQ)

interface AckJson {
  readonly seq?: number
  readonly error?: { readonly code?: number; readonly err_code?: number; readonly description?: string }
}

const parseAck = (text: string): Ack => {
  if (text === '') return { tag: 'Empty' }
  let json: AckJson
  try {
    json = JSON.parse(text) as AckJson
  } catch {
    return { tag: 'Error', code: 0, errCode: 0, text: `not an acknowledgement: ${text.slice(0, 80)}` }
  }
  if (json.error !== undefined) {
    const { code = 0, err_code = 0, description = 'no description' } = json.error
    return { tag: 'Error', code, errCode: err_code, text: description }
  }
  return { tag: 'Stored', seq: json.seq ?? 0 }
}

/** The same bytes as a Buffer, which searches and decodes natively. */
export const asBuffer = (data: Uint8Array): Buffer =>
  data instanceof Buffer ? data : Buffer.from(data.buffer, data.byteOffset, data.byteLength)

/**
 * Where a delivered message stands, from its reply subject:
 * `$JS.ACK.[domain.account.]stream.consumer.delivered.streamSeq.consumerSeq.nanoseconds.pending[.token]`
 */
export interface Position {
  readonly seq: number
  readonly consumerSeq: number
}

/** From the bytes `start` to `end`. `consumer`: the name between dots, as in `.name.`; null where it is another's. */
export const readPosition = (data: Uint8Array, start: number, end: number, consumer: Uint8Array): Position | null => {
  const last = end - consumer.length
  let at = start
  while (at <= last && !isAt(data, at, consumer)) at += 1
  if (at > last) return null
  const seqAt = digitsAfter(data, at + consumer.length) + 1
  const consumerAt = digitsAfter(data, seqAt) + 1
  return {
    seq: numberIn(data, seqAt, consumerAt - 1),
    consumerSeq: numberIn(data, consumerAt, digitsAfter(data, consumerAt)),
  }
}

const isAt = (data: Uint8Array, at: number, wanted: Uint8Array): boolean => {
  for (let n = 0; n < wanted.length; n += 1) if (data[at + n] !== wanted[n]) return false
  return true
}

/** Where the digits end that begin at `start`. */
const digitsAfter = (data: Uint8Array, start: number): number => {
  let at = start
  while (isDigit(data[at])) at += 1
  return at
}

/** When a delivered message was stored, milliseconds since 1970, from the same subject. */
export const readTime = (reply: string): number => {
  const tokens = reply.split('.')
  const nanoseconds = tokens[tokens.length > SHORT_REPLY ? 9 : 7] ?? ''
  return Number(nanoseconds.slice(0, -6)) // as text: a double does not hold so many digits
}

/** A JetStream answer to a publish: stored (its sequence), or the server's error. */
export type Ack =
  | { readonly tag: 'Stored'; readonly seq: number }
  | { readonly tag: 'Error'; readonly code: number; readonly errCode: number; readonly text: string }
  | { readonly tag: 'Empty' }

const SEQ = Buffer.from('"seq":')
const ZERO = 48
const NINE = 57

/** Reads an acknowledgement. `{"stream":"S","seq":12…}` is scanned, not parsed: there is one for every event. */
export const readAck = (data: Uint8Array): Ack => {
  if (data.length === 0) return { tag: 'Empty' }
  const bytes = asBuffer(data)
  // `{"stream":` starts with an s; `{"error":` with an e.
  const at = bytes[2] === 0x73 ? bytes.indexOf(SEQ, 10) : -1
  return at < 0 ? parseAck(bytes) : { tag: 'Stored', seq: digitsAt(bytes, at + SEQ.length) }
}

const digitsAt = (bytes: Buffer, start: number): number => {
  let value = 0
  for (let at = start; at < bytes.length; at += 1) {
    const digit = bytes[at] ?? 0
    if (digit < ZERO || digit > NINE) break
    value = value * 10 + (digit - ZERO)
  }
  return value
}

interface AckJson {
  readonly seq?: number
  readonly error?: { readonly code?: number; readonly err_code?: number; readonly description?: string }
}

const parseAck = (bytes: Buffer): Ack => {
  let json: AckJson
  try {
    json = JSON.parse(bytes.toString()) as AckJson
  } catch {
    return { tag: 'Error', code: 0, errCode: 0, text: `not an acknowledgement: ${bytes.toString().slice(0, 80)}` }
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

/** `consumer`: the name between dots, as in `.name.`. */
export const readPosition = (reply: string, consumer: string): Position | null => {
  const start = reply.indexOf(consumer)
  if (start < 0) return null
  const seqAt = reply.indexOf('.', start + consumer.length) + 1
  const consumerAt = reply.indexOf('.', seqAt) + 1
  const end = reply.indexOf('.', consumerAt)
  return { seq: Number(reply.slice(seqAt, consumerAt - 1)), consumerSeq: Number(reply.slice(consumerAt, end)) }
}

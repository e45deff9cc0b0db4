import { ErrorCode, type NatsConnection, NatsError } from 'nats'
import type { Write } from './units'

const SLAB = 256 * 1024
/** Beyond this many bytes a chunk is handed on: the server may read the first while the last are made. */
const CHUNK = 64 * 1024
const CR = 13
const LF = 10

/**
 * What the client's `publish` ends in. Its types do not show it; called by itself, once for a hundred events, it saves
 * for each of them four arrays, a copy and the collector's work (docs/adr/0006-writing.md).
 */
interface RawClient {
  readonly protocol: { sendCommand(bytes: Uint8Array): void }
}

/** Publishes many events with few large writes: gathers their commands until the current task is done. */
export class PublishBuffer {
  private readonly raw: RawClient['protocol']
  private slab = Buffer.allocUnsafeSlow(SLAB)
  /** What is gathered lies from `start` to `end`. Bytes before are the client's until it has sent them. */
  private start = 0
  private end = 0
  private asked = false

  constructor(private readonly nc: NatsConnection) {
    this.raw = (nc as NatsConnection & RawClient).protocol
  }

  /**
   * `more`: further header lines, each ended by CR LF. `reply`: where the answer goes; none when empty. Throws where
   * the client would: the event is too large, the connection closed.
   */
  publish(write: Write, more: string, reply: string): void {
    const headers = headersOf(write, more) // of names and ids that were checked: ASCII
    const json = JSON.stringify(write.event)
    const size = Buffer.byteLength(json)
    const total = headers.length + size
    this.check(total)
    const to = reply === '' ? write.subject : `${write.subject} ${reply}`
    this.gather(`HPUB ${to} ${headers.length} ${total}\r\n${headers}`, json, size)
  }

  /** What needs no headers. `reply` and what is thrown as above. */
  publishPlain(subject: string, json: string, reply: string): void {
    const size = Buffer.byteLength(json)
    this.check(size)
    this.gather(`PUB ${subject} ${reply} ${size}\r\n`, json, size)
  }

  /** Throws where so many bytes of headers and payload cannot be sent. */
  private check(bytes: number): void {
    const { nc } = this
    if (nc.isClosed()) throw NatsError.errorForCode(ErrorCode.ConnectionClosed)
    if (bytes > (nc.info?.max_payload ?? Number.POSITIVE_INFINITY)) {
      throw NatsError.errorForCode(ErrorCode.MaxPayloadExceeded)
    }
  }

  /** `line`: ASCII. */
  private gather(line: string, json: string, size: number): void {
    this.makeRoom(line.length + size + 2)
    this.end += this.slab.write(line, this.end, 'latin1')
    this.end += this.slab.write(json, this.end, 'utf8')
    this.slab[this.end] = CR
    this.slab[this.end + 1] = LF
    this.end += 2
    if (this.end - this.start > CHUNK) this.flush()
    else if (!this.asked) this.askToFlush()
  }

  private makeRoom(most: number): void {
    if (this.end + most <= this.slab.length) return
    this.flush()
    this.slab = Buffer.allocUnsafeSlow(Math.max(SLAB, most))
    this.start = 0
    this.end = 0
  }

  private askToFlush(): void {
    this.asked = true
    queueMicrotask(() => {
      this.asked = false
      this.flush()
    })
  }

  private flush(): void {
    if (this.start === this.end) return
    const bytes = this.slab.subarray(this.start, this.end)
    this.start = this.end
    this.raw.sendCommand(bytes)
  }
}

/** A fact is known again by its id. A decision needs none: once it is stored, what it expects is over. */
const headersOf = ({ event, filter, expect }: Write, more: string): string =>
  expect === undefined
    ? `NATS/1.0\r\nNats-Msg-Id: ${event.id}\r\n${more}\r\n`
    : `NATS/1.0\r\nNats-Expected-Last-Subject-Sequence: ${expect}\r\nNats-Expected-Last-Subject-Sequence-Subject: ${filter}\r\n${more}\r\n`

import { ErrorCode, type NatsConnection, NatsError } from 'nats'
import type { Write } from './units'

const SLAB = 256 * 1024
/** Beyond this many bytes a chunk is handed on: the server may read the first while the last are made. */
const CHUNK = 64 * 1024

/**
 * What the client's `publish` ends in. Its types do not show it; called by itself, once for a hundred events, it saves
 * for each of them four arrays, a copy and the collector's work (docs/adr/0006-writing.md).
 */
interface RawClient {
  readonly protocol: { sendCommand(bytes: Uint8Array): void }
}

/** Publishes many events with few large writes: gathers their commands until the current task is done. */
export class Outbox {
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
    const { nc } = this
    if (nc.isClosed()) throw NatsError.errorForCode(ErrorCode.ConnectionClosed)
    const headers = headersOf(write, more) // of names and ids that were checked: ASCII
    const json = JSON.stringify(write.event)
    const most = nc.info?.max_payload ?? Number.POSITIVE_INFINITY
    if (headers.length + json.length * 3 > most && headers.length + Buffer.byteLength(json) > most) {
      throw NatsError.errorForCode(ErrorCode.MaxPayloadExceeded)
    }
    this.makeRoom(write.subject.length + reply.length + 64 + headers.length + json.length * 3)
    const to = `HPUB ${write.subject} ${reply === '' ? '' : `${reply} `}${headers.length} `
    const text = commandOf(to, headers, json, json.length)
    const written = this.slab.write(text, this.end)
    // As many bytes as characters: all are ASCII, and so the size that was assumed is right.
    this.end +=
      written === text.length
        ? written
        : this.slab.write(commandOf(to, headers, json, Buffer.byteLength(json)), this.end)
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

const commandOf = (to: string, headers: string, json: string, jsonBytes: number): string =>
  `${to}${headers.length + jsonBytes}\r\n${headers}${json}\r\n`

const headersOf = ({ event, filter, expect }: Write, more: string): string =>
  expect === undefined
    ? `NATS/1.0\r\nNats-Msg-Id: ${event.id}\r\n${more}\r\n`
    : `NATS/1.0\r\nNats-Msg-Id: ${event.id}\r\nNats-Expected-Last-Subject-Sequence: ${expect}\r\nNats-Expected-Last-Subject-Sequence-Subject: ${filter}\r\n${more}\r\n`

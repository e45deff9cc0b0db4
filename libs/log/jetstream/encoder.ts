import type { MsgHdrs, NatsConnection, PublishOptions } from 'nats'
import type { Write } from './units'

const SLAB = 256 * 1024
const EMPTY: Uint8Array = new Uint8Array(0)

/**
 * Publishes events with as little work as possible: headers and payload are one string, encoded in one go into a slab
 * of memory that many events share. The client copies the bytes when it sends, and asks the headers of a publish for
 * nothing but their bytes, so one object stands in for all of them.
 */
export class Encoder {
  private slab = Buffer.allocUnsafeSlow(SLAB)
  private used = 0
  private readonly carrier = { bytes: EMPTY, encode: (): Uint8Array => this.carrier.bytes }
  private readonly options: PublishOptions = { headers: this.carrier as unknown as MsgHdrs }

  /** `more`: further header lines, each ended by CR LF. */
  publish(nc: NatsConnection, write: Write, more: string, reply: string): void {
    const headers = headersOf(write, more)
    const bytes = this.encode(headers + JSON.stringify(write.event))
    this.carrier.bytes = bytes.subarray(0, headers.length)
    this.options.reply = reply
    nc.publish(write.subject, bytes.subarray(headers.length), this.options)
  }

  private encode(text: string): Uint8Array {
    if (text.length * 3 > SLAB) return Buffer.from(text)
    if (this.used + text.length * 3 > SLAB) {
      this.slab = Buffer.allocUnsafeSlow(SLAB)
      this.used = 0
    }
    const start = this.used
    this.used += this.slab.write(text, start)
    return this.slab.subarray(start, this.used)
  }
}

const headersOf = ({ event, filter, expect }: Write, more: string): string =>
  expect === undefined
    ? `NATS/1.0\r\nNats-Msg-Id: ${event.id}\r\n${more}\r\n`
    : `NATS/1.0\r\nNats-Msg-Id: ${event.id}\r\nNats-Expected-Last-Subject-Sequence: ${expect}\r\nNats-Expected-Last-Subject-Sequence-Subject: ${filter}\r\n${more}\r\n`

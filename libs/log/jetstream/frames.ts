import { isAscii } from 'node:buffer'
import { type Position, readPosition } from './wire'

const LF = 10
const SPACE = 32
const ZERO = 48
const NINE = 57
const H = 72
const M = 77
const NOTHING: Buffer = Buffer.alloc(0)

/**
 * One delivered message, still in the bytes that it came in: `MSG subject sid [reply] size`, or HMSG with the size of
 * its headers too. There is one object for all of them: what is wanted of it is taken before the next one comes.
 */
export class Frame {
  /** Number of the subscription; 0 for a line that delivers nothing. */
  sid = 0
  /** Payload: `bytes` from `start` to `end`. */
  bytes = NOTHING
  start = 0
  end = 0
  private headersStart = 0
  /** Where the spaces of the line are: behind the verb, the subject, the sid … */
  private readonly spaces = [0, 0, 0, 0, 0]
  private replyEnd = 0
  /** The bytes that `ascii` is the text of; null: they have others than ASCII. */
  private textOf = NOTHING
  private ascii: string | null = null

  get subject(): string {
    return this.bytes.toString('latin1', this.space(0) + 1, this.space(1))
  }

  /** Empty when there is none. */
  get reply(): string {
    return this.bytes.toString('latin1', this.space(2) + 1, this.replyEnd)
  }

  /** Where the message stands, if `consumer` delivers it; see `readPosition`. */
  positionAt(consumer: Uint8Array): Position | null {
    return readPosition(this.bytes, this.space(2) + 1, this.replyEnd, consumer)
  }

  /** The block of headers, as it came; empty when there is none. */
  get headers(): string {
    return this.bytes.toString('latin1', this.headersStart, this.start)
  }

  /** The number that the subject ends in, from its character `offset` on. */
  subjectNumber(offset: number): number {
    return this.numberAfter(this.space(0) + offset)
  }

  /** Payload as text. Good for reading at once: it may hold on to all that it came with. */
  get text(): string {
    if (this.textOf !== this.bytes) {
      this.textOf = this.bytes
      // Bytes that are all ASCII become text at once, of which payloads are slices: a call for each costs more.
      this.ascii = isAscii(this.bytes) ? this.bytes.toString('latin1') : null
    }
    return this.ascii === null
      ? this.bytes.toString('utf8', this.start, this.end)
      : this.ascii.slice(this.start, this.end)
  }

  /** Takes on what begins at `at`. Returns where it ends; beyond the bytes, or 0, when it is not there whole. */
  read(bytes: Buffer, at: number): number {
    this.sid = 0
    const first = bytes[at]
    if (first !== M && first !== H) return bytes.indexOf(LF, at) + 1
    this.bytes = bytes
    const lineEnd = bytes.indexOf(LF, at)
    if (lineEnd < 0) return 0
    let count = 0
    for (let space = at + 3; space < lineEnd; space += 1) {
      if (bytes[space] !== SPACE) continue
      this.spaces[count] = space
      count += 1
    }
    this.sid = this.numberAfter(this.space(1))
    this.headersStart = lineEnd + 1
    this.start = this.headersStart
    this.end = this.start + this.numberAfter(this.space(count - 1))
    if (first === H) {
      count -= 1
      this.start += this.numberAfter(this.space(count - 1))
    }
    this.replyEnd = this.space(count - 1)
    return this.end + 2
  }

  private space(at: number): number {
    return this.spaces[at] ?? 0
  }

  /** The decimal number behind a byte. */
  private numberAfter(before: number): number {
    const { bytes } = this
    let value = 0
    for (let at = before + 1; ; at += 1) {
      const digit = bytes[at] ?? 0
      if (digit < ZERO || digit > NINE) return value
      value = value * 10 + (digit - ZERO)
    }
  }
}

/** Takes a message; false leaves it to the client. */
export type Take = (frame: Frame) => boolean

/**
 * Cuts what a server sends into messages and gives those of some subscriptions to who takes them. Everything else goes
 * on as it came, whole lines and messages, in its order among them.
 */
export class Frames {
  private readonly frame = new Frame()
  /** The beginning of what has not come whole, and how many bytes it takes at least. */
  private kept: Buffer[] = []
  private keptBytes = 0
  private needed = 0

  constructor(
    /** By the number of the subscription. */
    private readonly takers: ReadonlyMap<number, Take>,
    private readonly pass: (bytes: Buffer) => void,
  ) {}

  push(chunk: Buffer): void {
    if (this.keptBytes === 0) return this.cut(chunk)
    this.kept.push(chunk)
    this.keptBytes += chunk.length
    if (this.keptBytes < this.needed) return
    const bytes = Buffer.concat(this.kept, this.keptBytes)
    this.kept = []
    this.keptBytes = 0
    this.cut(bytes)
  }

  private cut(bytes: Buffer): void {
    const { frame } = this
    let passed = 0
    let at = 0
    let end = frame.read(bytes, at)
    while (end > 0 && end <= bytes.length) {
      const take = frame.sid === 0 ? undefined : this.takers.get(frame.sid)
      if (take !== undefined) {
        if (passed < at) this.pass(bytes.subarray(passed, at))
        passed = take(frame) ? end : at
      }
      at = end
      end = at === bytes.length ? 0 : frame.read(bytes, at)
    }
    if (passed < at) this.pass(bytes.subarray(passed, at))
    if (at === bytes.length) return
    this.kept = [bytes.subarray(at)]
    this.keptBytes = bytes.length - at
    this.needed = end - at
  }
}

import * as E from 'fp-ts/Either'
import { type Entry, filterOf, type OrkEvent, parseEvent, subjectOf } from '#libs/events'
import { pastArchive } from '../expect'
import type { Append, AppendResult, ArchivePlace, StoredMessage } from '../port'
import { noRoomAtAll } from '../room'

/** As long as the server remembers ids. */
const DEDUP_MS = 5 * 60_000

interface Stored {
  readonly entry: Entry
  /** As it was written. */
  readonly text: string
  readonly subject: string
  /** Milliseconds since 1970. */
  readonly time: number
}

/** Reads back what was written, as the real log would: through JSON and the codecs. */
export const throughJson = (prefix: string, seq: number, event: OrkEvent, text = JSON.stringify(event)): Entry => {
  const parsed = parseEvent(text)
  if (E.isRight(parsed)) return { seq, event: parsed.right }
  const path = subjectOf(prefix, event).slice(prefix.length + 1)
  return { seq, event: { type: 'Unreadable', path, error: parsed.left } }
}

/**
 * The stream, in memory and synchronous: what the servers do with a write, in the same order of checks (expectation
 * before id), and nothing else. A simulator puts its faults between this and its users.
 */
export class MemoryStore {
  bytes = 0
  /** Nothing is taken beyond; null: no limit. */
  maxBytes: number | null = null
  /** What was before is archived. */
  firstSeq = 1
  archived: ArchivePlace | null = null
  private readonly messages: Stored[] = []
  private readonly lastOf = new Map<string, number>()
  private readonly ids = new Map<string, { readonly seq: number; readonly time: number }>()
  private readonly listeners = new Set<() => void>()

  constructor(
    readonly prefix: string,
    readonly now: () => number,
  ) {}

  get lastSeq(): number {
    return this.messages.length
  }

  append(item: Append): AppendResult {
    if (!this.asExpected(item)) return { tag: 'Conflict' }
    const known = this.known(item.event.id)
    if (known !== null) return { tag: 'Stored', seq: known }
    const text = JSON.stringify(item.event)
    if (this.isFull(text.length)) return { tag: 'Refused', error: noRoomAtAll(subjectOf(this.prefix, item.event)) }
    const seq = this.put(item.event, text)
    this.tell()
    return { tag: 'Stored', seq }
  }

  /** All or nothing; expectations are as of before the first of them. */
  appendTogether(items: readonly Append[]): AppendResult {
    const last = items.at(-1)
    const before = last === undefined ? null : this.known(last.event.id)
    if (before !== null) return { tag: 'Stored', seq: before }
    if (!items.every((item) => this.asExpected(item))) return { tag: 'Conflict' }
    const texts = items.map(({ event }) => JSON.stringify(event))
    if (this.isFull(texts.join('').length)) return { tag: 'Refused', error: noRoomAtAll(this.prefix) }
    for (const [at, { event }] of items.entries()) this.put(event, texts[at] ?? '')
    this.tell()
    return { tag: 'Stored', seq: this.lastSeq }
  }

  at(seq: number): Stored | null {
    return seq < this.firstSeq ? null : (this.messages[seq - 1] ?? null)
  }

  stored(seq: number): StoredMessage | null {
    const found = this.at(seq)
    if (found === null) return null
    const { subject, time, text } = found
    return { seq, subject, time, data: Buffer.from(text), headers: '' }
  }

  firstAtOrAfter(time: number): number {
    let low = this.firstSeq
    let high = this.lastSeq + 1
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.at(middle)?.time ?? time) < time) low = middle + 1
      else high = middle
    }
    return low
  }

  /** Calls back after each write; the result ends it. */
  onWrite(tell: () => void): () => void {
    this.listeners.add(tell)
    return () => this.listeners.delete(tell)
  }

  /** Removes what was written up to a sequence; the servers remember the ids of it all the same. */
  purge(upTo: number, place: ArchivePlace): void {
    const next = Math.max(this.firstSeq, Math.min(upTo, this.lastSeq) + 1)
    for (const { text } of this.messages.slice(this.firstSeq - 1, next - 1)) this.bytes -= text.length
    this.firstSeq = next
    this.archived = place
  }

  private asExpected(item: Append): boolean {
    if (item.expect === undefined) return true
    const last = this.lastOf.get(filterOf(this.prefix, item.event)) ?? 0
    return pastArchive(item, this.firstSeq) === (last < this.firstSeq ? 0 : last)
  }

  private known(id: string): number | null {
    const known = this.ids.get(id)
    return known !== undefined && this.now() - known.time < DEDUP_MS ? known.seq : null
  }

  private isFull(bytes: number): boolean {
    return this.maxBytes !== null && this.bytes + bytes > this.maxBytes
  }

  private put(event: OrkEvent, text: string): number {
    const seq = this.lastSeq + 1
    const time = this.now()
    const entry = throughJson(this.prefix, seq, event, text)
    this.messages.push({ entry, text, subject: subjectOf(this.prefix, event), time })
    this.bytes += text.length
    this.lastOf.set(filterOf(this.prefix, event), seq)
    this.ids.set(event.id, { seq, time })
    return seq
  }

  private tell(): void {
    for (const tell of [...this.listeners]) tell()
  }
}

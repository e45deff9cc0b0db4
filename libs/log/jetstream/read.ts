import { Fifo } from './fifo'
import type { Frame } from './frames'
import type { Link } from './link'
import { Source } from './source'

export interface ReadRange<T> {
  readonly stream: string
  readonly filters: readonly string[]
  readonly matches?: (subject: string) => boolean
  readonly from: number
  readonly since?: number
  /** Last sequence to be handed on; there must be a message at or after it, as the leader told, or it is 0. */
  readonly to: number
  /** What is made of a message. */
  readonly take: (seq: number, message: Frame) => T
}

/** Messages, and their bytes as stored, that wait for the reader: no more is asked for beyond. */
const HIGH = 5_000
const HIGH_BYTES = 16 * 1024 * 1024

/** A stretch of the past, in batches; reading stops asking while the caller is busy. */
export async function* readRange<T>(link: Link, range: ReadRange<T>): AsyncGenerator<readonly T[]> {
  if (range.to < range.from) return
  const queue = new Fifo<{ readonly items: readonly T[]; readonly bytes: number }>()
  const waiting = { items: 0, bytes: 0 }
  let batch: T[] = []
  let bytes = 0
  let ended = false
  let failure: Error | null = null
  let wake = (): void => {}
  const source = new Source(link, {
    stream: range.stream,
    filters: range.filters,
    from: range.from,
    ...(range.since === undefined ? {} : { since: range.since }),
    onMessage: (seq, message) => {
      if (ended) return
      const wanted = seq <= range.to && (range.matches === undefined || range.matches(message.subject))
      if (wanted) {
        batch.push(range.take(seq, message))
        bytes += message.end - message.start
      }
      if (seq >= range.to) ended = true
    },
    onPause: () => {
      if (batch.length > 0) queue.push({ items: batch, bytes })
      waiting.items += batch.length
      waiting.bytes += bytes
      batch = []
      bytes = 0
      if (waiting.items > HIGH || waiting.bytes > HIGH_BYTES) source.pause()
      wake()
    },
    onError: (cause) => {
      failure = cause
      wake()
    },
  })
  const unlisten = link.onClosing(() => wake())
  try {
    for (;;) {
      const next = queue.shift()
      if (next !== undefined) {
        waiting.items -= next.items.length
        waiting.bytes -= next.bytes
        if (waiting.items <= HIGH / 2 && waiting.bytes <= HIGH_BYTES / 2) source.resume()
        yield next.items
        continue
      }
      if (failure !== null) throw failure
      if (ended) return
      link.assertOpen()
      await new Promise<void>((resolve) => {
        wake = resolve
      })
    }
  } finally {
    unlisten()
    source.stop()
  }
}

import type { Entry } from '#libs/events'
import { toEntry } from './entries'
import { Fifo } from './fifo'
import type { Link } from './link'
import { Source } from './source'

export interface ReadRange {
  readonly stream: string
  readonly filters: readonly string[]
  readonly matches?: (subject: string) => boolean
  readonly from: number
  readonly since?: number
  /** Last sequence to be handed on; there must be a message at or after it, as the leader told, or it is 0. */
  readonly to: number
}

/** Entries that wait for the reader, at most about: no more is asked for beyond. */
const HIGH = 5_000

/** A stretch of the past, in batches; reading stops asking while the caller is busy. */
export async function* readRange(link: Link, range: ReadRange): AsyncGenerator<readonly Entry[]> {
  if (range.to < range.from) return
  const queue = new Fifo<readonly Entry[]>()
  let waiting = 0
  let batch: Entry[] = []
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
      if (wanted) batch.push(toEntry(link.prefix, seq, message.text, message.subject))
      if (seq >= range.to) ended = true
    },
    onPause: () => {
      if (batch.length > 0) queue.push(batch)
      waiting += batch.length
      batch = []
      if (waiting > HIGH) source.pause()
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
      const entries = queue.shift()
      if (entries !== undefined) {
        waiting -= entries.length
        if (waiting <= HIGH / 2) source.resume()
        yield entries
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

import type { Entry } from '#libs/events'

/** One thing to show: an entry of the log, or a sign of life, which has no place in its order. */
export interface Shown {
  readonly entry: Entry
  readonly beat: boolean
}

interface Reader {
  readonly beat: boolean
  readonly batches: AsyncIterator<readonly Entry[]>
  batch: readonly Entry[]
  at: number
}

const timeOf = ({ event }: Entry): number | undefined =>
  event.type === 'Unreadable' ? undefined : Date.parse(event.time)

const head = async (reader: Reader): Promise<Entry | undefined> => {
  while (reader.at >= reader.batch.length) {
    const { done, value } = await reader.batches.next()
    if (done === true) return undefined
    reader.batch = value
    reader.at = 0
  }
  return reader.batch[reader.at]
}

/** Two pasts as one, by time; events keep their order, whatever their clocks said. */
export async function* interleave(
  events: AsyncIterable<readonly Entry[]>,
  beats: AsyncIterable<readonly Entry[]>,
): AsyncGenerator<Shown> {
  const reader = (batches: AsyncIterable<readonly Entry[]>, beat: boolean): Reader => ({
    beat,
    batches: batches[Symbol.asyncIterator](),
    batch: [],
    at: 0,
  })
  const a = reader(events, false)
  const b = reader(beats, true)
  for (;;) {
    const [event, beat] = [await head(a), await head(b)]
    const entry = event ?? beat
    if (entry === undefined) return
    const takeBeat = event === undefined || (beat !== undefined && (timeOf(beat) ?? 0) < (timeOf(event) ?? 0))
    const reader = takeBeat ? b : a
    yield { entry: (takeBeat ? beat : event) ?? entry, beat: takeBeat }
    reader.at += 1
  }
}

import type { Entry } from '#libs/events'
import { type OrkError, OrkFailure } from '#libs/kernel'
import { archivedMeanwhile } from '../expect'
import { filtersOf, matchesAny } from '../filters'
import type { Following, FollowOptions, ReadOptions, StoredMessage } from '../port'
import type { MemoryStore } from './store'

const BATCH = 1_000

type Wanted = (subject: string) => boolean

const wantedBy = (prefix: string, queries: ReadOptions['queries']): Wanted => {
  const { asked } = filtersOf(prefix, queries)
  return asked.length === 0 ? () => true : (subject) => matchesAny(asked, subject)
}

/** Up to BATCH entries that are wanted, from `from` to `to`, and where to go on. */
const slice = (store: MemoryStore, wanted: Wanted, from: number, to: number): { entries: Entry[]; next: number } => {
  const entries: Entry[] = []
  let seq = Math.max(1, from)
  for (; seq <= to && entries.length < BATCH; seq += 1) {
    const message = store.at(seq)
    if (message !== null && wanted(message.subject)) entries.push(message.entry)
  }
  return { entries, next: seq }
}

/** The past, in batches. */
export async function* read(store: MemoryStore, options: ReadOptions): AsyncGenerator<readonly Entry[]> {
  const to = Math.min(options.to ?? store.lastSeq, store.lastSeq)
  const wanted = wantedBy(store.prefix, options.queries)
  for (let from = options.from; from <= to; ) {
    const { entries, next } = slice(store, wanted, from, to)
    from = next
    if (entries.length > 0) yield entries
  }
}

/** The messages behind it. */
export async function* messages(
  store: MemoryStore,
  from: number,
  to: number,
): AsyncGenerator<readonly StoredMessage[]> {
  const last = Math.min(to, store.lastSeq)
  for (let first = Math.max(1, from); first <= last; first += BATCH) {
    const seqs = Array.from({ length: Math.min(BATCH, last - first + 1) }, (_, at) => first + at)
    yield seqs.flatMap((seq) => store.stored(seq) ?? [])
  }
}

/** Hands on in tasks of `schedule`, never from within a write. */
export const follow = (store: MemoryStore, schedule: (task: () => void) => void, options: FollowOptions): Following => {
  const wanted = wantedBy(store.prefix, options.queries)
  const target = store.lastSeq
  let next = Math.max(1, options.from)
  let asked = false
  let stopped = false
  let resolve = (): void => {}
  let reject = (_cause: Error): void => {}
  const caughtUp = new Promise<void>((keep, lose) => {
    resolve = keep
    reject = lose
  })
  caughtUp.catch(() => {}) // who does not wait for it must not be ended by its failure
  let tellBroken = (_why: OrkError): void => {}
  const broken = new Promise<OrkError>((keep) => {
    tellBroken = keep
  })
  const handOn = (): void => {
    asked = false
    if (stopped) return
    if (next < store.firstSeq) {
      stopped = true
      unlisten()
      const why = archivedMeanwhile(next, store.firstSeq)
      reject(new OrkFailure(why))
      return tellBroken(why)
    }
    const batch = slice(store, wanted, next, store.lastSeq)
    next = batch.next
    if (batch.entries.length > 0) options.onEntries(batch.entries)
    if (next > target) resolve()
    if (next <= store.lastSeq) handOnSoon()
  }
  const handOnSoon = (): void => {
    if (asked) return
    asked = true
    schedule(handOn)
  }
  const unlisten = store.onWrite(handOnSoon)
  handOnSoon()
  return {
    caughtUp,
    broken,
    stop: async () => {
      stopped = true
      unlisten()
    },
  }
}

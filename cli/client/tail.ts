import type { Entry, SubjectQuery } from '#libs/events'
import { type OrkError, OrkFailure } from '#libs/kernel'
import type { Log } from '#libs/log'

/** Entries waiting for a slow reader before they are dropped and later read again from the log. */
const MAX_WAITING = 10_000

export interface TailOptions {
  readonly from: number
  /** Last sequence; what is stored now when absent. Not used when following. */
  readonly to?: number
  readonly queries?: readonly SubjectQuery[]
  /** Go on with what comes, until the signal aborts. */
  readonly follow: boolean
  readonly signal: AbortSignal
}

/**
 * The past, and when following what comes, as fast as the reader takes it and never much of it in memory. Throws
 * OrkFailure where the log cannot be followed any further.
 */
export async function* tail(log: Log, options: TailOptions): AsyncGenerator<readonly Entry[]> {
  const queries = options.queries === undefined ? {} : { queries: options.queries }
  let from = options.from
  while (!options.signal.aborted) {
    const to = options.follow ? await log.lastSeq() : (options.to ?? (await log.lastSeq()))
    if (from <= to) {
      for await (const entries of log.read({ from, to, ...queries })) {
        if (options.signal.aborted) return
        yield entries
      }
      from = to + 1
    }
    if (!options.follow) return
    from = yield* live(log, { ...options, from })
  }
}

/** What comes, until the reader falls too far behind; returns the sequence to read on from. */
async function* live(log: Log, { from, queries, signal }: TailOptions): AsyncGenerator<readonly Entry[], number> {
  let waiting: Entry[] = []
  let overrun = false
  let broken: OrkError | null = null
  let next = from
  let wake = (): void => undefined
  const onAbort = (): void => wake()
  const following = log.follow({
    from,
    ...(queries === undefined ? {} : { queries }),
    onEntries: (entries) => {
      if (overrun) return
      for (const entry of entries) waiting.push(entry)
      overrun = waiting.length > MAX_WAITING
      wake()
    },
  })
  void following.broken.then((why) => {
    broken = why
    wake()
  })
  signal.addEventListener('abort', onAbort)
  try {
    for (;;) {
      if (waiting.length === 0 && !signal.aborted && !overrun && broken === null) {
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
      if (signal.aborted) return next
      const batch = waiting
      waiting = []
      if (batch.length > 0) yield batch
      next = (batch.at(-1)?.seq ?? next - 1) + 1
      if (overrun && waiting.length === 0) return next
      if (broken !== null && waiting.length === 0) throw new OrkFailure(broken)
    }
  } finally {
    signal.removeEventListener('abort', onAbort)
    await following.stop()
  }
}

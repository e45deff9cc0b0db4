import type { Entry, OrkEvent } from '#libs/events'
import type { AppendResult, Following, Log, ReadOptions } from '#libs/log'

/** States one sentence of the contract and what it means for a log with nothing in it. */
export type It = (title: string, body: (log: Log) => Promise<void>) => void

export const stored = (results: readonly AppendResult[]): readonly number[] =>
  results.map((result) => {
    if (result.tag !== 'Stored') throw new Error(`expected Stored, found ${JSON.stringify(result)}`)
    return result.seq
  })

export const facts = (log: Log, ...events: readonly OrkEvent[]): Promise<readonly number[]> =>
  log.append(events.map((event) => ({ event }))).then(stored)

export const readAll = async (log: Log, options: ReadOptions = { from: 1 }): Promise<Entry[]> => {
  const all: Entry[] = []
  for await (const entries of log.read(options)) all.push(...entries)
  return all
}

export const seqsOf = (entries: readonly Entry[]): readonly number[] => entries.map(({ seq }) => seq)

/** Resolves once `done` holds for what a follower has seen. */
export const followUntil = (
  log: Log,
  options: ReadOptions,
  done: (entries: readonly Entry[]) => boolean,
): { readonly seen: Entry[]; readonly following: Following; readonly reached: Promise<void> } => {
  const seen: Entry[] = []
  let resolve = (): void => {}
  const reached = new Promise<void>((keep) => {
    resolve = keep
  })
  const following = log.follow({
    ...options,
    onEntries: (entries) => {
      seen.push(...entries)
      if (done(seen)) resolve()
    },
  })
  return { seen, following, reached }
}

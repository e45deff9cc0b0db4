import { setImmediate as breathe } from 'node:timers/promises'
import type { Entry } from '#libs/events'
import { OrkFailure, orkError } from '#libs/kernel'
import type { Connection } from '#libs/log'
import { parseChange } from '../client/change'
import { firstSeqOf, type Point } from '../client/point'
import { Interrupted, UsageFailure } from '../failure'
import { stderr } from '../output'
import { toJson } from '../render/escape'
import { foldProgress } from '../render/foldProgress'
import { renderWhatIf } from '../render/whatIf'
import { AHEAD_MS, type Change, missingWorker, type Pace, Recording, whatIf, whatIfAhead } from '../whatif'
import { type Show, usable } from './events'
import { readJob } from './jobFile'
import { clusterAt, endOfReplay } from './replay'

export interface WhatIfOptions extends Show {
  /** Where it begins; from now on when absent. */
  readonly from: Point | undefined
  /** Where it ends; now when absent. */
  readonly to: Point | undefined
}

/** Of the placements that differ, how many JSON holds. */
const MAX_TOLD = 1_000
/** It works for so long without a break in which a Ctrl-C is heard; milliseconds. */
const BREATHE_EVERY_MS = 50
/** How many workers there were is said, and the names of so many. */
const MAX_NAMES = 20

/** Reads what is to be otherwise, before anything is asked of the cluster. Throws UsageFailure. */
export const prepareWhatIf = async (
  texts: readonly string[],
): Promise<(connection: Connection, options: WhatIfOptions) => Promise<void>> => {
  const changes = await changesFrom(texts)
  return (connection, options) => showWhatIf(connection, changes, options)
}

const changesFrom = async (texts: readonly string[]): Promise<readonly Change[]> => {
  const changes: Change[] = []
  for (const text of texts) {
    if (text === 'nothing') continue
    const typed = usable(parseChange(text))
    changes.push(typed.tag === 'file' ? { tag: 'job', spec: await readJob([typed.file]) } : typed)
  }
  return changes
}

/** Shows how things would have gone, beside how they went. Writes nothing to the log. Throws OrkFailure, Interrupted. */
const showWhatIf = async (
  connection: Connection,
  changes: readonly Change[],
  { from, to, json, out, signal }: WhatIfOptions,
): Promise<void> => {
  const { log } = connection
  const last = await endOfReplay(log, { to, json })
  const first = from === undefined ? last + 1 : await firstSeqOf(log, from)
  if (first > last + 1) {
    throw new UsageFailure(orkError('BadRange', 'nothing happened in that stretch', { where: '--from' }))
  }
  const { cluster, time } = await clusterAt(connection, first - 1, signal)
  const isAhead = first > last
  const begin =
    from === undefined ? Date.now() : (timeOf(await log.at(first)) ?? Date.parse(time ?? new Date().toISOString()))
  const recording = new Recording(begin)
  const read = () => log.read({ from: first, to: last })
  if (!isAhead) {
    await watched(signal, 'reading', last - first + 1, 'events', async (pace) => {
      for await (const some of read()) {
        for (const entry of some) recording.tell(entry)
        await pace(recording.count)
      }
    })
  }
  mustBeThere(cluster, recording.joined, changes)
  const outcome = isAhead
    ? await watched(signal, 'playing ahead', 2 * AHEAD_MS, 'ms', (pace) => whatIfAhead(cluster, changes, begin, pace))
    : await watched(signal, 'playing', recording.count, 'events', (pace) =>
        whatIf(cluster, recording, read(), changes, begin, pace),
      )
  const stretch = { from: first, to: last }
  const differences = outcome.differences.slice(0, MAX_TOLD)
  await out.write(
    json
      ? `${toJson({ ...stretch, ...outcome, differences, differing: outcome.differences.length })}\n`
      : `${renderWhatIf(outcome, stretch, { now: outcome.end, colours: out.colours })}\n`,
  )
}

/** Does something that takes long: with a count on a terminal, and an end at the first Ctrl-C. Throws Interrupted. */
const watched = async <A>(
  signal: AbortSignal,
  what: string,
  total: number,
  unit: string,
  work: (pace: Pace) => Promise<A>,
): Promise<A> => {
  const progress = foldProgress(stderr, what, total, unit)
  try {
    let since = performance.now()
    return await work(async (done) => {
      if (performance.now() - since < BREATHE_EVERY_MS) return
      await breathe()
      if (signal.aborted) throw new Interrupted()
      progress.tell(done)
      since = performance.now()
    })
  } finally {
    progress.end()
  }
}

const timeOf = (entry: Entry | null): number | undefined =>
  entry === null || entry.event.type === 'Unreadable' ? undefined : Date.parse(entry.event.time)

/** A worker that is to be gone or drained is there, or joins in the stretch. */
const mustBeThere = (
  cluster: Parameters<typeof missingWorker>[0],
  joins: ReadonlySet<string>,
  changes: readonly Change[],
): void => {
  for (const change of changes) {
    const missing = missingWorker(cluster, change)
    if (missing === null || joins.has(missing)) continue
    const names = [...cluster.workers.keys()]
    const more = names.length > MAX_NAMES ? ` and ${names.length - MAX_NAMES} more` : ''
    const next = names.length === 0 ? 'there was none' : `there were: ${names.slice(0, MAX_NAMES).join(', ')}${more}`
    throw new OrkFailure(orkError('NoSuchWorker', `there was no worker "${missing}"`, { where: '--what-if', next }))
  }
}

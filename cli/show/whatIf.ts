import type { Entry } from '#libs/events'
import { OrkFailure, orkError } from '#libs/kernel'
import type { Connection } from '#libs/log'
import { parseChange } from '../client/change'
import { firstSeqOf, type Point } from '../client/point'
import { Interrupted, UsageFailure } from '../failure'
import { toJson } from '../render/escape'
import { renderWhatIf } from '../render/whatIf'
import { type Change, missingWorker, whatIf } from '../whatif'
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
    changes.push(typed.tag === 'file' ? { tag: 'job', spec: await readJob(typed.file) } : typed)
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
  const entries: Entry[] = []
  if (first <= last) {
    for await (const some of log.read({ from: first, to: last })) {
      for (const entry of some) entries.push(entry)
      if (signal.aborted) throw new Interrupted()
    }
  }
  mustBeThere(cluster, entries, changes)
  const begin = from === undefined ? Date.now() : (timeOf(entries[0]) ?? Date.parse(time ?? new Date().toISOString()))
  const outcome = whatIf(cluster, entries, changes, begin)
  const stretch = { from: first, to: last }
  const differences = outcome.differences.slice(0, MAX_TOLD)
  await out.write(
    json
      ? `${toJson({ ...stretch, ...outcome, differences, differing: outcome.differences.length })}\n`
      : `${renderWhatIf(outcome, stretch, { now: outcome.end, colours: out.colours })}\n`,
  )
}

const timeOf = (entry: Entry | undefined): number | undefined =>
  entry === undefined || entry.event.type === 'Unreadable' ? undefined : Date.parse(entry.event.time)

/** A worker that is to be gone or drained is there, or joins in the stretch. */
const mustBeThere = (
  cluster: Parameters<typeof missingWorker>[0],
  entries: readonly Entry[],
  changes: readonly Change[],
): void => {
  const joins = new Set(entries.flatMap(({ event }) => (event.type === 'WorkerRegistered' ? [event.data.worker] : [])))
  for (const change of changes) {
    const missing = missingWorker(cluster, change)
    if (missing === null || joins.has(missing)) continue
    const next = cluster.workers.size === 0 ? 'there was none' : `there were: ${[...cluster.workers.keys()].join(', ')}`
    throw new OrkFailure(orkError('NoSuchWorker', `there was no worker "${missing}"`, { where: '--what-if', next }))
  }
}

import type { Cluster } from '#libs/cluster'
import type { Entry } from '#libs/events'
import { Branch } from './branch'
import { actsAtOnce, type Change } from './change'
import { copyOf } from './copy'
import { Course } from './course'
import { type Recorded, Recording } from './recording'
import type { Outcome } from './tally'

export { type Ahead, lookAhead } from './ahead'
export { type Change, missingWorker } from './change'
export { copyOf } from './copy'
export type { Recorded } from './recording'
export type { Outcome } from './tally'

/** How things went, how they would have gone, and from where on they differ. */
export interface WhatIf {
  readonly recorded: Outcome
  readonly changed: Outcome
  /** The placements that are not the same, by time. */
  readonly differences: readonly Difference[]
  /** Of the recorded placements, how many are made again in the same way from the log. */
  readonly again: { readonly same: number; readonly of: number }
  /** From when to when; milliseconds since 1970. */
  readonly begin: number
  readonly end: number
}

/** A placement of an instance on one side, and its like on the other; null: there it is not placed. */
export type Difference =
  | { readonly recorded: Recorded; readonly changed: Recorded | null }
  | { readonly recorded: null; readonly changed: Recorded }

/** How far it is played ahead where nothing is recorded; milliseconds. */
const AHEAD_MS = 3_600_000

/**
 * Plays a stretch of the log again as if some things had been otherwise from its beginning on.
 *
 * @param cluster As it was before the first of the entries; it is folded on, in place.
 * @param entries The stretch; empty: from here on, as far as anything is to come.
 * @param begin When the stretch begins; milliseconds since 1970.
 */
export const whatIf = (
  cluster: Cluster,
  entries: readonly Entry[],
  changes: readonly Change[],
  begin: number,
): WhatIf => {
  const recording = new Recording(entries, begin)
  const branch = new Branch([copyOf(cluster), copyOf(cluster)], recording, changes, begin)
  const course = new Course(cluster, begin)
  const atOnce = changes.some((change) => actsAtOnce(cluster, change))
  const from = cluster.seq
  branch.change()
  let left = false
  const leaveIf = (differs: boolean, seq: number): void => {
    if (left || !differs) return
    left = true
    branch.leave(seq)
  }
  leaveIf(atOnce || course.decidesOtherwise(branch), from)
  for (const told of recording.told) {
    course.fold(told, told.at)
    if (!left) branch.follow(told)
    if (!recording.moments.has(told.seq)) continue
    const differs = course.decidesOtherwise(left ? null : branch)
    leaveIf(differs, told.seq)
  }
  const end = entries.length > 0 ? recording.end : begin + AHEAD_MS
  if (left) branch.play(end)
  const at = entries.length > 0 ? end : branch.time
  return {
    recorded: course.tally.outcome(at),
    changed: branch.tally.outcome(at),
    differences: differencesOf(course.tally.placements, branch.tally.placements),
    again: course.again,
    begin,
    end: at,
  }
}

const differencesOf = (recorded: readonly Recorded[], changed: readonly Recorded[]): readonly Difference[] => {
  const theirs = byTurn(changed)
  const found: Difference[] = []
  for (const [key, one] of byTurn(recorded)) {
    const other = theirs.get(key) ?? null
    theirs.delete(key)
    if (one.worker !== other?.worker) found.push({ recorded: one, changed: other })
  }
  for (const other of theirs.values()) found.push({ recorded: null, changed: other })
  return found.sort((a, b) => timeOf(a) - timeOf(b))
}

const timeOf = ({ recorded, changed }: Difference): number =>
  Math.min(recorded?.at ?? Number.POSITIVE_INFINITY, changed?.at ?? Number.POSITIVE_INFINITY)

/** Placements under the instance and which of its placements it is. */
const byTurn = (placements: readonly Recorded[]): Map<string, Recorded> => {
  const turns = new Map<string, number>()
  return new Map(
    placements.map((placement) => {
      const turn = (turns.get(placement.instance) ?? 0) + 1
      turns.set(placement.instance, turn)
      return [`${placement.instance} ${turn}`, placement]
    }),
  )
}

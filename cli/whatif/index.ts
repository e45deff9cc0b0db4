import type { Cluster } from '#libs/cluster'
import type { Entry } from '#libs/events'
import { Branch } from './branch'
import { actsAtOnce, type Change } from './change'
import { copyOf } from './copy'
import { Course } from './course'
import { clock, type Recorded, Recording } from './recording'
import type { Outcome, Tally } from './tally'

export { type Ahead, lookAhead } from './ahead'
export { type Change, missingWorker } from './change'
export { copyOf } from './copy'
export { type Recorded, Recording } from './recording'
export type { Outcome } from './tally'

/** How things went, how they would have gone, and from where on they differ. */
export interface WhatIf {
  /** What was recorded; where that is yet to come, what would come of it as things are. */
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

/** Awaited between two steps, so that others have their turn; throws where it is not to go on. `done`: entries, or milliseconds. */
export type Pace = (done: number) => Promise<void>

/** How far it is played ahead where nothing is recorded; milliseconds. */
export const AHEAD_MS = 3_600_000

/**
 * Plays a stretch of the log again as if some things had been otherwise from its beginning on. Of the entries none is
 * kept, however many there are.
 *
 * @param cluster As it was before the first of the entries; it is folded on, in place.
 * @param recording That was told all of the entries.
 * @param begin When the stretch begins; milliseconds since 1970.
 */
export const whatIf = async (
  cluster: Cluster,
  recording: Recording,
  entries: AsyncIterable<readonly Entry[]>,
  changes: readonly Change[],
  begin: number,
  pace: Pace,
): Promise<WhatIf> => {
  const branch = new Branch(copyOf(cluster), recording, changes, begin)
  const course = new Course(cluster, begin)
  const atOnce = changes.some((change) => actsAtOnce(cluster, change))
  branch.change()
  let left = false
  const leaveIf = (differs: boolean, seq: number): void => {
    if (left || !differs) return
    left = true
    branch.leave(seq)
  }
  leaveIf(atOnce || course.decidesOtherwise(branch), cluster.seq)
  let done = 0
  let at = begin
  for await (const some of entries) {
    for (const { seq, event } of some) {
      at = clock(at, event)
      const told = { seq, event, at }
      course.fold(told, at)
      if (left) {
        for (const _ of branch.steps(at - 1)) await pace(done)
        branch.meet(told)
      } else branch.follow(told)
      if (recording.moments.has(seq)) leaveIf(course.decidesOtherwise(left ? null : branch), seq)
      done += 1
      await pace(done)
    }
  }
  for (const _ of left ? branch.steps(at) : []) await pace(done)
  return { ...compared(course.tally, branch.tally, at), again: course.again, begin, end: at }
}

/** Plays ahead what is to come, as things are and as if some were otherwise; `cluster` as for `whatIf`. */
export const whatIfAhead = async (
  cluster: Cluster,
  changes: readonly Change[],
  begin: number,
  pace: Pace,
): Promise<WhatIf> => {
  const changed = new Branch(copyOf(cluster), new Recording(begin), changes, begin)
  const asIs = new Branch(cluster, new Recording(begin), [], begin)
  changed.change()
  let done = 0
  for (const branch of [asIs, changed]) {
    branch.leave(cluster.seq)
    for (const _ of branch.steps(begin + AHEAD_MS)) await pace(done + branch.time - begin)
    done += AHEAD_MS
  }
  const end = Math.max(asIs.time, changed.time)
  return { ...compared(asIs.tally, changed.tally, end), again: { same: 0, of: 0 }, begin, end }
}

const compared = (
  recorded: Tally,
  changed: Tally,
  at: number,
): Pick<WhatIf, 'recorded' | 'changed' | 'differences'> => ({
  recorded: recorded.outcome(at),
  changed: changed.outcome(at),
  differences: differencesOf(recorded.placements, changed.placements),
})

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

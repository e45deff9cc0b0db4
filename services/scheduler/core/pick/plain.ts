import type { Resources } from '#libs/kernel'
import type { Fleet } from '../fleet/fleet'
import { costOf, type Scored } from '../policies'
import type { Admits } from './board'

/** What `Board` finds, the plain way: every worker is scored. What the board is measured by, and checked against. */
export const pickPlainly = (fleet: Fleet, policy: Scored, asked: Resources, admits: Admits): number => {
  const { facts } = fleet
  let best = -1
  let lowest = Number.POSITIVE_INFINITY
  for (const row of fleet.byRank) {
    if (!fleet.hasRoom(row, asked) || !admits(row)) continue
    const cost = costOf(policy, facts, fleet.numbers(row, policy.measured), asked)
    if (cost >= lowest) continue
    best = row
    lowest = cost
  }
  return best
}

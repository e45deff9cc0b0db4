import type { Resources } from '#libs/kernel'
import type { Fleet } from '../fleet/fleet'
import { lots } from '../fleet/ties'
import { costOf, type Drawn } from '../policies'
import type { Admits } from './board'

/** How often a lot is drawn for each worker that is wanted, before it is given up. */
const DRAWS = 4

/** The best of a few workers with room, drawn by lots of this seed; -1 if the lot found none. */
export const pickSample = (
  fleet: Fleet,
  { count, by }: Drawn,
  seed: number,
  asked: Resources,
  admits: Admits,
): number => {
  const { facts } = fleet
  if (facts.machines === 0) return -1
  const next = lots(seed)
  const drawn = new Set<number>()
  let best = -1
  let lowest = Number.POSITIVE_INFINITY
  for (let draw = 0; draw < count * DRAWS && drawn.size < count; draw += 1) {
    const row = fleet.byRank[Math.floor(next() * fleet.byRank.length)] as number
    if (drawn.has(row) || !fleet.hasRoom(row, asked) || !admits(row)) continue
    drawn.add(row)
    const cost = costOf(by, facts, fleet.numbers(row, false), asked)
    if (cost > lowest || (cost === lowest && (fleet.rank[row] as number) > (fleet.rank[best] as number))) continue
    best = row
    lowest = cost
  }
  return best
}

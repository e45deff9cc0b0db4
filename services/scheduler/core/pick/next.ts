import type { Resources } from '#libs/kernel'
import type { Fleet } from '../fleet/fleet'
import type { Admits } from './board'

/** The first worker with room, from the `turn`-th on in the order of ties and around; -1 if there is none. */
export const pickNext = (fleet: Fleet, turn: number, asked: Resources, admits: Admits): number => {
  if (fleet.facts.machines === 0) return -1
  const { byRank } = fleet
  for (let step = 0; step < byRank.length; step += 1) {
    const row = byRank[(turn + step) % byRank.length] as number
    if (fleet.hasRoom(row, asked) && admits(row)) return row
  }
  return -1
}

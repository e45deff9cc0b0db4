import type { Happening, Planned } from './happenings'
import { Random } from './random'

/** In this share of the runs the log fills up; in that one somebody runs a later release for a while. */
const FULL_SHARE = 0.25
const LATER_SHARE = 0.3
/** In this one leaders are overtaken while they write. */
const OVERTAKEN_SHARE = 0.3
/** In this one the past of the log is moved into an archive. */
const ARCHIVED_SHARE = 0.4

/**
 * What befalls the log itself, in place of something else in some plans. Drawn apart from the rest, so that the rest of
 * the plan of a seed stays what it was.
 */
export const withRareTroubles = (seed: number, happenings: readonly Planned[]): readonly Planned[] => {
  const random = new Random(seed, 'rare troubles')
  const instead = new Map<number, Happening>()
  const put = (what: Happening): void => void instead.set(random.between(1, happenings.length - 1), what)
  if (random.chance(FULL_SHARE)) {
    put({ tag: 'log limited', room: random.pick([1, 1.02, 1.08, 1.15]), ms: random.between(5_000, 60_000) })
  }
  if (random.chance(LATER_SHARE)) {
    for (let count = random.between(1, 3); count > 0; count -= 1) {
      const about = random.pick(['job', 'instance', 'worker'] as const)
      put({ tag: 'later release', about, place: random.between(0, 11) })
    }
  }
  if (random.chance(OVERTAKEN_SHARE)) {
    for (let count = random.between(1, 4); count > 0; count -= 1) {
      put({ tag: 'overtaken', role: random.pick(['manager', 'scheduler'] as const) })
    }
  }
  if (random.chance(ARCHIVED_SHARE)) {
    for (let count = random.between(1, 3); count > 0; count -= 1) {
      put({ tag: 'archive', snapshots: random.pick([1, 1, 2, 3]) })
    }
  }
  return happenings.map(({ at, what }, place) => ({ at, what: instead.get(place) ?? what }))
}

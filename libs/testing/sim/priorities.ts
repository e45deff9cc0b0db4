import type { Happening, Planned } from './happenings'
import { Random } from './random'

/** Apart by more, by just as much and by less than one must be higher than another to take its place. */
const PRIORITIES = [null, null, 20, 40, 49, 60, 80] as const

/**
 * Gives jobs priorities, and has operators allow that the higher take the place of the lower, or forbid it again. Drawn
 * apart from the rest, so that the rest of the plan of a seed stays what it was.
 */
export const withPriorities = (seed: number, happenings: readonly Planned[]): readonly Planned[] => {
  const random = new Random(seed, 'priorities')
  return happenings.flatMap(({ at, what }): Planned[] => {
    const switching: Planned[] = random.chance(0.1) ? [{ at: at + 1, what: preemption(random.chance(0.8)) }] : []
    if (what.tag !== 'submit') return [{ at, what }, ...switching]
    const priority = random.pick(PRIORITIES)
    const spec = priority === null ? what.spec : { ...what.spec, priority }
    return [{ at, what: { ...what, spec } }, ...switching]
  })
}

/** An operator switches it on or off. */
export const preemption = (on: boolean): Happening => ({
  tag: 'ask',
  verb: 'set-policy',
  request: { policy: null, seed: null, preemption: on, actor: 'sim' },
})

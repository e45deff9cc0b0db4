import { NO_START_ON } from './engine'
import type { Planned } from './happenings'
import { Random } from './random'

/**
 * Gives some tasks a worker whose engine cannot start them until all is mended: a port that a stranger has, a device that is
 * not there. Drawn apart from the rest, so that the rest of the plan of a seed stays what it was.
 */
export const withBadPlaces = (seed: number, workers: number, happenings: readonly Planned[]): readonly Planned[] => {
  const random = new Random(seed, 'bad places')
  return happenings.map(({ at, what }): Planned => {
    if (what.tag !== 'submit') return { at, what }
    const tasks = what.spec.tasks.map((task) =>
      random.chance(0.85) ? task : { ...task, env: { ...task.env, [NO_START_ON]: `w${random.between(1, workers)}` } },
    )
    return { at, what: { ...what, spec: { ...what.spec, tasks } } }
  })
}

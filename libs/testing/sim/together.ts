import type { JobSpec } from '#libs/spec'
import type { Planned } from './happenings'
import { Random } from './random'

/**
 * Has all tasks of a replica share a worker, of some jobs; of those with one task some are given another one first. Drawn
 * apart from the rest, so that the rest of the plan of a seed stays what it was.
 */
export const withTogether = (seed: number, happenings: readonly Planned[]): readonly Planned[] => {
  const random = new Random(seed, 'together')
  return happenings.map(({ at, what }): Planned => {
    if (what.tag !== 'submit' || what.spec.kind === 'system') return { at, what }
    return { at, what: { ...what, spec: random.chance(0.4) ? together(what.spec, random) : what.spec } }
  })
}

const together = (spec: JobSpec, random: Random): JobSpec => {
  const [first] = spec.tasks
  const alone = spec.tasks.length === 1 && first !== undefined
  const side = alone ? [{ ...first, name: 'side', replicas: random.pick([1, 2, first.replicas]), ports: [] }] : []
  return { ...spec, placement: { ...spec.placement, colocate: true }, tasks: [...spec.tasks, ...side] }
}

import type { Constraint, JobSpec } from '#libs/spec'
import type { Planned } from './happenings'
import { Random } from './random'

const CONSTRAINTS: readonly (readonly Constraint[])[] = [
  [{ attribute: 'label.zone', operator: '=', value: 'a' }],
  [{ attribute: 'label.zone', operator: 'in', value: 'b, c' }],
  [{ attribute: 'worker', operator: '!=', value: 'w1' }],
  [{ attribute: 'label.zone', operator: 'regexp', value: '^[^a]$' }],
]

/**
 * Gives some tasks of a plan rules of where they may go. Drawn apart from the rest, so that the rest of the plan of a seed
 * stays what it was.
 */
export const withRules = (seed: number, happenings: readonly Planned[]): readonly Planned[] => {
  const random = new Random(seed, 'rules')
  return happenings.map(({ at, what }): Planned => {
    if (what.tag !== 'submit') return { at, what }
    return { at, what: { ...what, spec: ruled(what.spec, random) } }
  })
}

const ruled = (spec: JobSpec, random: Random): JobSpec => ({
  ...spec,
  tasks: spec.tasks.map((task) => (random.chance(0.2) ? { ...task, constraints: random.pick(CONSTRAINTS) } : task)),
})

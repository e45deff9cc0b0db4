import type { Constraint, JobSpec } from '#libs/spec'
import type { Happening, Planned } from './happenings'
import { Random } from './random'

const CONSTRAINTS: readonly (readonly Constraint[])[] = [
  [{ attribute: 'label.zone', operator: '=', value: 'a' }],
  [{ attribute: 'label.zone', operator: 'in', value: 'b, c' }],
  [{ attribute: 'worker', operator: '!=', value: 'w1' }],
  [{ attribute: 'label.zone', operator: 'regexp', value: '^[^a]$' }],
]

/**
 * Gives some tasks of a plan rules of where they may go, and has workers labelled anew. Drawn apart from the rest, so that the rest of the plan of a seed
 * stays what it was.
 */
export const withRules = (seed: number, workers: number, happenings: readonly Planned[]): readonly Planned[] => {
  const random = new Random(seed, 'rules')
  return happenings.map(({ at, what }): Planned => {
    if (what.tag === 'submit') return { at, what: { ...what, spec: ruled(what.spec, random) } }
    return { at, what: random.chance(0.04) ? relabel(workers, random) : what }
  })
}

const relabel = (workers: number, random: Random): Happening => {
  const labels = { zone: random.pick(['a', 'b', null]) }
  return {
    tag: 'ask',
    verb: 'label',
    request: { worker: `w${random.between(1, workers)}`, labels, reason: null, actor: 'sim' },
  }
}

const ruled = (spec: JobSpec, random: Random): JobSpec => ({
  ...spec,
  tasks: spec.tasks.map((task) => (random.chance(0.2) ? { ...task, constraints: random.pick(CONSTRAINTS) } : task)),
})

import type { Constraint, JobSpec, PlacementRules } from '#libs/spec'
import type { Happening, Planned } from './happenings'
import { Random } from './random'

const CONSTRAINTS: readonly (readonly Constraint[])[] = [
  [{ attribute: 'label.zone', operator: '=', value: 'a' }],
  [{ attribute: 'label.zone', operator: 'in', value: 'b, c' }],
  [{ attribute: 'worker', operator: '!=', value: 'w1' }],
  [{ attribute: 'label.zone', operator: 'regexp', value: '^[^a]$' }],
]

const ZONE: Constraint = { attribute: 'label.zone', operator: '=', value: 'a' }

/** Where rather than elsewhere, and never two together. */
const PREFERENCES: readonly PlacementRules[] = [
  { affinities: [{ ...ZONE, weight: 60 }] },
  { affinities: [{ ...ZONE, weight: -30 }], spread: [{ attribute: 'worker', weight: 40 }] },
  { spread: [{ attribute: 'label.zone', weight: 50, targets: { a: 70 } }] },
  { spread: [{ attribute: 'label.zone', weight: 50 }], distinctWorkers: true },
  { distinctWorkers: true },
]

/**
 * Gives some tasks of a plan rules of where they may go, and has workers labelled anew. Drawn apart from the rest, so that
 * the rest of the plan of a seed stays what it was.
 */
export const withRules = (seed: number, workers: number, happenings: readonly Planned[]): readonly Planned[] => {
  const random = new Random(seed, 'rules')
  const wishes = new Random(seed, 'wishes')
  return happenings.map(({ at, what }): Planned => {
    if (what.tag === 'submit') return { at, what: { ...what, spec: wishing(ruled(what.spec, random), wishes) } }
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

/** A system job runs on every worker that suits it. */
const wishing = (spec: JobSpec, random: Random): JobSpec => ({
  ...spec,
  tasks: spec.tasks.map((task) =>
    spec.kind !== 'system' && random.chance(0.3) ? { ...task, ...random.pick(PREFERENCES) } : task,
  ),
})

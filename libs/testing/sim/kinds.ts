import type { JobSpec } from '#libs/spec'
import type { Planned } from './happenings'
import { Random } from './random'

/**
 * Gives the jobs of a plan what their kind may ask for: few at a time and a deadline, tasks that wait for others. Drawn
 * apart from the rest, so that the rest of the plan of a seed stays what it was.
 */
export const withKinds = (seed: number, happenings: readonly Planned[]): readonly Planned[] => {
  const random = new Random(seed, 'kinds')
  return happenings.map(({ at, what }): Planned => {
    if (what.tag !== 'submit') return { at, what }
    const { spec } = what
    return { at, what: { ...what, spec: spec.kind === 'batch' ? withBounds(spec, random) : waiting(spec, random) } }
  })
}

const withBounds = (spec: JobSpec, random: Random): JobSpec => {
  const parallelism = random.pick([null, 1, 2])
  const deadlineMs = random.pick([null, null, 5_000, 30_000])
  const tasks = parallelism === null ? spec.tasks : spec.tasks.map((task) => ({ ...task, parallelism }))
  return { ...spec, ...(deadlineMs === null ? {} : { deadlineMs }), tasks }
}

/** The last task waits for the first, if there are two. */
const waiting = (spec: JobSpec, random: Random): JobSpec => {
  const condition = random.pick([null, 'started', 'healthy'] as const)
  const [first, second] = spec.tasks
  if (condition === null || first === undefined || second === undefined) return spec
  return { ...spec, tasks: [first, { ...second, dependsOn: { [first.name]: condition } }] }
}

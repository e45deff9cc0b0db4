import type { JobSpec } from '#libs/spec'
import type { Planned } from './happenings'
import { Random } from './random'

/**
 * Gives the jobs of a plan what their kind may ask for: few at a time and a deadline, tasks that wait for others, one
 * instance on each worker. Drawn
 * apart from the rest, so that the rest of the plan of a seed stays what it was.
 */
export const withKinds = (seed: number, happenings: readonly Planned[]): readonly Planned[] => {
  const random = new Random(seed, 'kinds')
  return happenings.map(({ at, what }): Planned => {
    if (what.tag !== 'submit') return { at, what }
    const spec = what.spec.name === 'db' && random.chance(0.5) ? asSystem(what.spec) : what.spec
    return { at, what: { ...what, spec: spec.kind === 'batch' ? withBounds(spec, random) : waiting(spec, random) } }
  })
}

/** Under a name of its own, since a job that runs keeps its kind. */
const asSystem = (spec: JobSpec): JobSpec => ({
  ...spec,
  name: 'agent',
  kind: 'system',
  tasks: spec.tasks.map((task) => ({
    ...task,
    replicas: 1,
    resources: { ...task.resources, cpuMilli: Math.ceil(task.resources.cpuMilli / 10) },
  })),
})

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

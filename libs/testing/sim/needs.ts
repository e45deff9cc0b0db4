import type { JobSpec, TaskSpec } from '#libs/spec'
import type { Planned } from './happenings'
import { Random } from './random'

/** Fewer ports than there may be instances on one worker. */
const RANGE = { from: 20_000, to: 20_001 }

/**
 * Gives some tasks of a plan needs beyond room: devices, ports of a range, volumes shared or of each instance. Drawn apart
 * from the rest, so that the rest of the plan of a seed stays what it was.
 */
export const withNeeds = (seed: number, happenings: readonly Planned[]): readonly Planned[] => {
  const random = new Random(seed, 'needs')
  return happenings.map(
    ({ at, what }): Planned =>
      what.tag === 'submit' ? { at, what: { ...what, spec: withMore(what.spec, random) } } : { at, what },
  )
}

const withMore = (spec: JobSpec, random: Random): JobSpec => ({
  ...spec,
  tasks: spec.tasks.map((task) => (random.chance(0.6) ? task : { ...task, ...needsFrom(task, random) })),
})

const needsFrom = ({ resources, ports }: TaskSpec, random: Random): Partial<TaskSpec> => {
  const volume = random.pick([null, null, 'shared', 'own-${ork.index}'])
  return {
    ...(random.chance(0.4) ? { resources: { ...resources, devices: { gpu: random.between(1, 2) } } } : {}),
    ...(random.chance(0.4)
      ? { ports: [...ports, { name: 'http', port: 80, hostPort: 0, hostPortRange: RANGE, protocol: 'tcp' }] }
      : {}),
    ...(volume === null ? {} : { volumes: [{ type: 'volume', source: volume, target: '/data' }] }),
  }
}

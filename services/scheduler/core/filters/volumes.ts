import { type Instance, volumesOf } from '#libs/cluster'
import type { Candidate, Filter } from './filter'

/** A named volume is where it was first made: whoever has it goes there. */
export const volumes: Filter = {
  name: 'volumes',
  about: 'instance',
  rejects: (instance, candidate) => {
    const [first] = elsewhere(instance, candidate)
    return first === undefined ? null : `volume ${first.name} is on ${[...first.homes].sort().join(', ')}`
  },
  // Data is not carried from one machine to another.
  remedy: () => null,
}

const elsewhere = (instance: Instance, { worker, homesOf }: Candidate) =>
  volumesOf({ ...instance, spec: instance.task.spec })
    .map((name) => ({ name, homes: homesOf(name) }))
    .filter(({ homes }) => homes.size > 0 && !homes.has(worker.name))

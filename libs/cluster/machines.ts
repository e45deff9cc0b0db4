import type { Worker } from './model/worker'

interface Machine {
  readonly spaces: Set<string>
  readonly workers: Worker[]
}

/**
 * Of workers whose containers publish host ports in the same place: each with all of them, itself included. Who is there
 * alone is left out. Two share a machine if they have a port space in common, or each has one with a
 * third: that one says that both spaces are of one machine.
 */
export const machinesOf = (workers: Iterable<Worker>): ReadonlyMap<Worker, readonly Worker[]> => {
  const bySpace = new Map<string, Machine>()
  for (const worker of workers) {
    const { portSpaces } = worker
    if (portSpaces.length === 0) continue
    const met = new Set(portSpaces.map((space) => bySpace.get(space)).filter((machine) => machine !== undefined))
    const [machine = { spaces: new Set<string>(), workers: [] }, ...others] = met
    for (const space of [...portSpaces, ...others.flatMap(({ spaces }) => [...spaces])]) {
      machine.spaces.add(space)
      bySpace.set(space, machine)
    }
    machine.workers.push(...others.flatMap((other) => other.workers), worker)
  }
  const shared = [...new Set(bySpace.values())].filter((machine) => machine.workers.length > 1)
  return new Map(shared.flatMap((machine) => machine.workers.map((worker) => [worker, machine.workers] as const)))
}

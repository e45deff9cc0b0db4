import type { Worker } from '#libs/cluster'
import type { Resources } from '#libs/kernel'

/**
 * What is counted of a worker, in this order in every list of numbers: the resources, then how many instances it has.
 */
export const TERMS = ['cpu', 'memory', 'disk', 'instances'] as const

export type Term = (typeof TERMS)[number]

/** What a policy may know of the workers as a whole: of those that take instances. */
export interface Facts {
  /** Counts the changes of the workers themselves, and of the order of ties. */
  readonly generation: number
  readonly machines: number
  /** Natural logarithm of that. */
  readonly logMachines: number
  /** The smallest power of two that no worker has more instances than. */
  readonly maxInstances: number
  /** A request for more than half of what the worker in the middle has is a large one. */
  readonly largeCpu: number
  readonly largeMemory: number
}

export const NO_FACTS: Facts = {
  generation: 0,
  machines: 0,
  logMachines: 0,
  maxInstances: 1,
  largeCpu: 0,
  largeMemory: 0,
}

/** The numbers of one worker: all that a policy knows of it. */
export interface Numbers {
  /** Share in use by term, 0 to 1, more where it is overcommitted; of `instances`: of the most that one worker has. */
  readonly use: readonly number[]
  /** What has no capacity is never asked for, and counts as unused. */
  readonly capacity: Resources
  /** Whether it is one of the few that are spared for large requests. */
  readonly spare: boolean
}

/** A share of something of which there may be none. */
export const shareOf = (amount: number, capacity: number): number => (capacity > 0 ? amount / capacity : 0)

export const isLarge = ({ cpuMilli, memoryBytes }: Resources, { largeCpu, largeMemory }: Facts): boolean =>
  cpuMilli > largeCpu || memoryBytes > largeMemory

/** Share of the processors that is spared for large requests. */
const SPARED = 0.1

/**
 * The workers that are spared for large requests: the largest ones, with a tenth of all processors at most. Of fewer
 * than ten equal workers none is.
 */
export const sparedOf = (open: readonly Worker[]): ReadonlySet<Worker> => {
  const largestFirst = [...open].sort(
    (a, b) =>
      b.capacity.cpuMilli - a.capacity.cpuMilli ||
      b.capacity.memoryBytes - a.capacity.memoryBytes ||
      (a.name < b.name ? -1 : 1),
  )
  let left = SPARED * open.reduce((sum, { capacity }) => sum + capacity.cpuMilli, 0)
  const spared = new Set<Worker>()
  for (const worker of largestFirst) {
    left -= worker.capacity.cpuMilli
    if (left < 0) break
    spared.add(worker)
  }
  return spared
}

/** The smallest power of two that is not less. */
export const powerOfTwo = (count: number): number => (count <= 1 ? 1 : 1 << (32 - Math.clz32(count - 1)))

const middle = (values: number[]): number => values.sort((a, b) => a - b)[values.length >> 1] ?? 0

/** Facts about the workers that take instances. */
export const factsOf = (open: readonly Worker[], mostInstances: number, generation: number): Facts => ({
  generation,
  machines: open.length,
  logMachines: Math.log(Math.max(1, open.length)),
  maxInstances: powerOfTwo(mostInstances),
  largeCpu: middle(open.map(({ capacity }) => capacity.cpuMilli)) / 2,
  largeMemory: middle(open.map(({ capacity }) => capacity.memoryBytes)) / 2,
})

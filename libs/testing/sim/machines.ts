import { Random } from './random'

/**
 * The network of a worker: one for each two of them in half of all runs, where what is published by one is in the way of
 * the other; else each has its own. Drawn apart from the rest, so that the rest of the plan of a seed stays what it was.
 */
export const networkOf = (seed: number, worker: string): string | undefined =>
  new Random(seed, 'machines').chance(0.5) ? `m${Math.ceil(Number(worker.slice(1)) / 2)}` : undefined

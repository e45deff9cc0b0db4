import { addResources, NO_RESOURCES, type Resources } from '#libs/kernel'
import { lots } from '../../services/scheduler/core/fleet/ties'
import { BenchCluster, placement } from './cluster'
import type { Contender } from './contenders'
import type { Work } from './work'

export interface Fill {
  /** Share of the scarcer resource in use when the first no longer fits. */
  readonly use: number
  /** Standard deviation of the workers' loads then, and when half is in use. */
  readonly sigma: number
  readonly sigmaHalf: number
}

/** Places until the first no longer fits. */
export const fillWith = (contender: Contender, work: Work, workers: number, seed: number): Fill => {
  const cluster = new BenchCluster(work.workers(workers))
  const pick = contender.on(cluster.fleet)
  const random = lots(seed)
  let sigmaHalf = Number.NaN
  for (let n = 0; ; n += 1) {
    const asked = work.ask(random)
    const row = pick(asked, n)
    if (row < 0) return { use: cluster.use, sigma: cluster.sigma, sigmaHalf }
    cluster.fleet.promise(row, asked)
    cluster.fold(placement(row, asked))
    if (Number.isNaN(sigmaHalf) && cluster.use >= 0.5) sigmaHalf = cluster.sigma
  }
}

/** Places a list of requests as it comes; what no longer fits is left out. */
export const packWith = (
  contender: Contender,
  capacities: readonly Resources[],
  asks: readonly Resources[],
): BenchCluster => {
  const cluster = new BenchCluster(capacities)
  const pick = contender.on(cluster.fleet)
  for (const [n, asked] of asks.entries()) {
    const row = pick(asked, n)
    if (row < 0) continue
    cluster.fleet.promise(row, asked)
    cluster.fold(placement(row, asked))
  }
  return cluster
}

/**
 * Best-fit-decreasing, who sees the whole list before placing the first: largest first, each where the least stays free,
 * in the begun workers, else in a new one (the largest first).
 */
export const packBestFitDecreasing = (capacities: readonly Resources[], asks: readonly Resources[]): BenchCluster => {
  const total = capacities.reduce((sum, { cpuMilli }) => sum + cpuMilli, 0) / capacities.length
  const totalMemory = capacities.reduce((sum, { memoryBytes }) => sum + memoryBytes, 0) / capacities.length
  const size = ({ cpuMilli, memoryBytes }: Resources): number => cpuMilli / total + memoryBytes / totalMemory
  const cluster = new BenchCluster([...capacities].sort((a, b) => size(b) - size(a)))
  const { fleet } = cluster
  const begun: number[] = []
  for (const asked of [...asks].sort((a, b) => size(b) - size(a))) {
    let best = -1
    let least = Number.POSITIVE_INFINITY
    for (const row of begun) {
      if (!fleet.hasRoom(row, asked)) continue
      const left = fleet.unused(row, 0) / total + fleet.unused(row, 1) / totalMemory
      if (left < least) [best, least] = [row, left]
    }
    for (let row = begun.length; best < 0 && row < fleet.size; row += 1) {
      begun.push(row)
      if (fleet.hasRoom(row, asked)) best = row
    }
    if (best < 0) continue
    fleet.promise(best, asked)
    cluster.fold(placement(best, asked))
  }
  return cluster
}

/** Requests, drawn by a seed, for so large a share of what the workers have of one resource or the other. */
export const asksFor = (share: number, work: Work, capacities: readonly Resources[], seed: number): Resources[] => {
  const total = capacities.reduce(addResources, NO_RESOURCES)
  const random = lots(seed)
  const asks: Resources[] = []
  for (let sum = NO_RESOURCES; isBelow(sum, total, share); ) {
    const asked = work.ask(random)
    asks.push(asked)
    sum = addResources(sum, asked)
  }
  return asks
}

const isBelow = (sum: Resources, total: Resources, share: number): boolean =>
  sum.cpuMilli < share * total.cpuMilli && sum.memoryBytes < share * total.memoryBytes

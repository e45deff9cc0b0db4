import type { Resources } from '#libs/kernel'
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

/** How full the workers are that hold a list of requests, as it comes: what is packed into few is packed densely. */
export const densityOf = (
  contender: Contender,
  capacities: readonly Resources[],
  asks: readonly Resources[],
): number => {
  const cluster = new BenchCluster(capacities)
  const pick = contender.on(cluster.fleet)
  for (const [n, asked] of asks.entries()) {
    const row = pick(asked, n)
    if (row < 0) continue
    cluster.fleet.promise(row, asked)
    cluster.fold(placement(row, asked))
  }
  return cluster.density
}

/**
 * Best-fit-decreasing, who sees the whole list before placing the first: largest first, each where the least stays free,
 * in the begun workers, else in a new one (the largest first).
 */
export const densityOfBestFitDecreasing = (capacities: readonly Resources[], asks: readonly Resources[]): number => {
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
  return cluster.density
}

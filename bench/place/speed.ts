import { lots } from '../../services/scheduler/core/fleet/ties'
import { BenchCluster, type Placed, placement } from './cluster'
import type { Contender } from './contenders'
import type { Work } from './work'

/** As many as the scheduler decides at once. */
const BATCH = 1_000

/** Full enough that it matters where things go, with room for all requests but the largest. */
const LEVEL = 0.8

export interface Speed {
  /** Placements a second, without what leaves in between. */
  readonly rate: number
  /** Microseconds of processor for each: what does not depend on who else uses the machine, or less. */
  readonly cpu: number
  /** Microseconds that half of the decisions, and 99 of 100, stay below. */
  readonly p50: number
  readonly p99: number
}

/** Places so many in batches; the oldest leave once the cluster is four fifths full. */
export const speedOf = (contender: Contender, work: Work, workers: number, placements: number): Speed => {
  const cluster = new BenchCluster(work.workers(workers))
  const { fleet } = cluster
  const pick = contender.on(fleet)
  const random = lots(2)
  const asks = Array.from({ length: placements }, () => work.ask(random))
  const took = new Float64Array(placements)
  const placed: Placed[] = []
  let oldest = 0
  let total = 0
  let busy = 0
  for (let n = 0; n < placements; ) {
    const batch: Placed[] = []
    const start = performance.now()
    const before = process.cpuUsage()
    for (const end = Math.min(n + BATCH, placements); n < end; n += 1) {
      const asked = asks[n]
      if (asked === undefined) break
      const begun = performance.now()
      const row = pick(asked, n)
      if (row >= 0) {
        fleet.promise(row, asked)
        batch.push(placement(row, asked))
      }
      took[n] = performance.now() - begun
    }
    total += performance.now() - start
    const { user, system } = process.cpuUsage(before)
    busy += user + system
    for (const one of batch) cluster.fold(one)
    placed.push(...batch)
    fleet.settle()
    for (; cluster.use > LEVEL; oldest += 1) cluster.leave(placed[oldest] as Placed)
  }
  took.sort()
  const microseconds = (share: number): number => (took[Math.floor(placements * share)] ?? 0) * 1_000
  return { rate: (placements / total) * 1_000, cpu: busy / placements, p50: microseconds(0.5), p99: microseconds(0.99) }
}

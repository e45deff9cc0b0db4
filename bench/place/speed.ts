import type { Resources } from '#libs/kernel'
import type { Fleet } from '../../services/scheduler/core/fleet/fleet'
import { lots } from '../../services/scheduler/core/fleet/ties'
import { BenchCluster, type Placed, placement } from './cluster'
import type { Contender, Pick } from './contenders'
import type { Work } from './work'

/** At most as many as the scheduler decides at once. */
const MOST = 1_000

/** Full enough that it matters where things go, with room for all requests but the largest. */
const LEVEL = 0.8

export interface Speed {
  /** Placements a second; what leaves in between is not counted, what it changes in the index is. */
  readonly rate: number
  /** Microseconds of processor for each: what does not depend on who else uses the machine, or less. */
  readonly cpu: number
  /** Milliseconds of the very first decision, with all that is worked out once when workers have joined. */
  readonly first: number
  /** Microseconds that half of the decisions, and 99 of 100, stay below: of every other batch, which is not counted above. */
  readonly p50: number
  readonly p99: number
}

/** Places so many in batches; the oldest leave once the cluster is four fifths full. */
export const speedOf = (contender: Contender, work: Work, workers: number, placements: number): Speed => {
  const cluster = new BenchCluster(work.workers(workers))
  const pick = contender.on(cluster.fleet)
  const random = lots(2)
  const placed: Placed[] = []
  const took: number[] = []
  const batch = Math.min(MOST, Math.ceil(placements / 2))
  const rows = new Int32Array(batch)
  const joined = performance.now()
  pick(work.ask(lots(1)), 0)
  const first = performance.now() - joined
  let oldest = 0
  let [counted, total, busy] = [0, 0, 0]
  for (let from = 0; from < placements; from += batch) {
    const asks = Array.from({ length: Math.min(batch, placements - from) }, () => work.ask(random))
    if ((from / batch) % 2 === 1) took.push(...timed(cluster.fleet, pick, asks, from, rows))
    else {
      const start = performance.now()
      const before = process.cpuUsage()
      place(cluster.fleet, pick, asks, from, rows)
      total += performance.now() - start
      const { user, system } = process.cpuUsage(before)
      busy += user + system
      counted += asks.length
    }
    for (const [n, asked] of asks.entries()) {
      const row = rows[n] as number
      if (row < 0) continue
      const one = placement(row, asked)
      cluster.fold(one)
      placed.push(one)
    }
    cluster.fleet.settle()
    for (; cluster.use > LEVEL; oldest += 1) cluster.leave(placed[oldest] as Placed)
  }
  took.sort((a, b) => a - b)
  const microseconds = (share: number): number => (took[Math.floor(took.length * share)] ?? 0) * 1_000
  return {
    rate: (counted / total) * 1_000,
    cpu: busy / counted,
    first,
    p50: microseconds(0.5),
    p99: microseconds(0.99),
  }
}

const placeOne = (fleet: Fleet, pick: Pick, asked: Resources, n: number): number => {
  const row = pick(asked, n)
  if (row >= 0) fleet.promise(row, asked)
  return row
}

const place = (fleet: Fleet, pick: Pick, asks: readonly Resources[], from: number, rows: Int32Array): void => {
  for (let n = 0; n < asks.length; n += 1) rows[n] = placeOne(fleet, pick, asks[n] as Resources, from + n)
}

/** The same; milliseconds that each took. */
const timed = (fleet: Fleet, pick: Pick, asks: readonly Resources[], from: number, rows: Int32Array): number[] =>
  asks.map((asked, n) => {
    const begun = performance.now()
    rows[n] = placeOne(fleet, pick, asked, from + n)
    return performance.now() - begun
  })

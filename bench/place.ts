import { parseArgs } from 'node:util'
import type { Resources } from '#libs/kernel'
import { type Bench, type Figure, median, rounded } from './figure'
import { CONTENDERS } from './place/contenders'
import { coreSpeedOf } from './place/core'
import { asksFor, fillWith, packBestFitDecreasing, packWith } from './place/quality'
import { speedOf } from './place/speed'
import { randomWork, traceWork, type Work } from './place/work'

type Report = (figure: Figure) => void

const SPEED_GOALS: Readonly<Record<string, number>> = { 'epvm.5000': 200_000, 'epvm.10000': 150_000 }
const P99_GOAL = 1_000

const speed = (report: Report, work: Work, sizes: readonly number[], of: number, n: number, only: string): void => {
  for (const contender of CONTENDERS.filter(({ name }) => only === '' || name === only)) {
    for (const workers of sizes) {
      const placements = Math.ceil(of * contender.share)
      const runs = Array.from({ length: n }, () => speedOf(contender, work, workers, placements))
      const name = `place.${work.name}.${contender.name}.${workers}`
      const goal = SPEED_GOALS[`${contender.name}.${workers}`]
      const aim = goal === undefined ? {} : { goal }
      const shape = { n, of: placements }
      report({ name, value: rounded(median(runs.map(({ rate }) => rate))), unit: '/s', ...shape, ...aim })
      report({ name: `${name}.cpu`, value: rounded(median(runs.map(({ cpu }) => cpu))), unit: 'us', ...shape })
      report({ name: `${name}.p50`, value: rounded(median(runs.map(({ p50 }) => p50))), unit: 'us', ...shape })
      report({ name: `${name}.first`, value: rounded(median(runs.map(({ first }) => first))), unit: 'ms', n })
      const p99 = rounded(median(runs.map((run) => run.p99)))
      report({ name: `${name}.p99`, value: p99, unit: 'us', ...shape, goal: P99_GOAL })
    }
  }
}

/** What there is around the choice of a worker. */
const wholeCore = (report: Report, work: Work, sizes: readonly number[], n: number): void => {
  for (const workers of sizes) {
    const runs = Array.from({ length: n }, () => coreSpeedOf('epvm', work, workers))
    const shape = { n, of: runs[0]?.placements ?? 0 }
    for (const what of ['decide', 'fold'] as const) {
      const value = rounded(median(runs.map((run) => run[what])))
      report({ name: `place.${work.name}.core.${workers}.${what}`, value, unit: 'us', ...shape })
    }
  }
}

const FILL_GOALS: Readonly<Record<string, number>> = {
  'random.binpack.use': 0.95,
  'trace.binpack.use': 0.975,
  'random.binpack.density': 0.95,
  'trace.binpack.density': 0.98,
  'random.epvm-reserve.use': 0.9,
  'trace.epvm-reserve.use': 0.9,
  'random.epvm-reserve.sigma': 0.15,
  'trace.epvm-reserve.sigma': 0.15,
}

/** @param list What is packed into as few workers as it takes. */
const quality = (report: Report, work: Work, workers: number, list: readonly Resources[], n: number): void => {
  const capacities = work.workers(workers)
  const tell = (contender: string, what: string, value: number): void => {
    const goal = FILL_GOALS[`${work.name}.${contender}.${what}`]
    const name = `place.${work.name}.${contender}.${what}`
    report({ name, value: rounded(value), unit: 'share', n, of: workers, ...(goal === undefined ? {} : { goal }) })
  }
  for (const contender of CONTENDERS.filter(({ share }) => share === 1)) {
    const fills = Array.from({ length: n }, (_, seed) => fillWith(contender, work, workers, seed + 10))
    tell(contender.name, 'use', median(fills.map(({ use }) => use)))
    tell(contender.name, 'sigma', median(fills.map(({ sigma }) => sigma)))
    tell(contender.name, 'sigma-half', median(fills.map(({ sigmaHalf }) => sigmaHalf)))
  }
  const binpack = CONTENDERS.filter(({ name }) => name === 'binpack').map((contender) => ({
    name: contender.name,
    pack: (asks: readonly Resources[]) => packWith(contender, capacities, asks),
  }))
  const packers = [
    ...binpack,
    { name: 'best-fit-decreasing', pack: (asks: readonly Resources[]) => packBestFitDecreasing(capacities, asks) },
  ]
  for (const { name, pack } of packers) {
    // As much is asked for as there is: what share of it is in use once all was tried.
    const packed = Array.from({ length: n }, (_, seed) => pack(asksFor(1, work, capacities, seed + 10)))
    tell(name, 'density', median(packed.map(({ use }) => use)))
    tell(name, 'begun', pack(list).useOfBegun)
  }
}

const optionsOf = (args: readonly string[]) => {
  const { values } = parseArgs({
    args: [...args],
    options: {
      placements: { type: 'string', default: '100000' },
      workers: { type: 'string', default: '1000,5000,10000' },
      rounds: { type: 'string', default: '3' },
      policy: { type: 'string', default: '' },
      part: { type: 'string', default: 'speed,core,quality' },
    },
  })
  return {
    of: Number(values.placements),
    sizes: values.workers.split(',').map(Number),
    n: Number(values.rounds),
    only: values.policy,
    parts: values.part.split(','),
  }
}

/**
 * Placing without a log, in this process: how many a second by each policy, how full the cluster is when the first no
 * longer fits, how evenly, how densely it is packed; beside scoring every worker, and beside best-fit-decreasing with full
 * knowledge. On random work, and on the trace of a real cluster where that is at hand.
 */
export const bench: Bench = async (report, args) => {
  const { of, sizes, n, only, parts } = optionsOf(args)
  const trace = traceWork()
  for (const work of trace === null ? [randomWork] : [randomWork, trace]) {
    if (parts.includes('speed')) speed(report, work, sizes, of, n, only)
    if (parts.includes('core')) wholeCore(report, work, sizes, n)
  }
  if (!parts.includes('quality')) return
  quality(report, randomWork, 1_000, asksFor(0.5, randomWork, randomWork.workers(1_000), 3), n)
  if (trace !== null) quality(report, trace, trace.nodes, trace.pods, n)
}

import { parseArgs } from 'node:util'
import { meanSlowdown, STRATEGY_NAMES } from './epvm/compare'
import { type Bench, rounded } from './figure'

/** E-PVM's share of the others, as published: 9.795 of round robin's 14.33, and of Mosix' 8.557. */
const PUBLISHED = { 'round-robin': 0.684, mosix: 1.15 } as const

/**
 * The comparison of the E-PVM paper ("An Opportunity Cost Approach for Job Assignment in a Scalable Computing Cluster",
 * 2000), simulated: its ten machines, jobs with heavy tails, and ork's own cost functions in the place of its.
 */
export const bench: Bench = async (report, args) => {
  const { values } = parseArgs({
    args: [...args],
    options: {
      executions: { type: 'string', default: '200' },
      /** Seconds between two jobs, on average. */
      gap: { type: 'string', default: '20,10,5' },
    },
  })
  const n = Number(values.executions)
  for (const gap of values.gap.split(',').map(Number)) {
    const workload = { gap, lasts: 10_000 }
    const slowdowns = new Map(STRATEGY_NAMES.map((name) => [name, meanSlowdown(name, workload, n)]))
    for (const [name, { mean, worst }] of slowdowns) {
      report({ name: `epvm.${gap}s.${name}.mean`, value: rounded(mean), unit: 'times', n })
      report({ name: `epvm.${gap}s.${name}.worst`, value: rounded(worst), unit: 'times', n })
    }
    for (const [other, goal] of Object.entries(PUBLISHED) as readonly ['round-robin' | 'mosix', number][]) {
      const ratio = (slowdowns.get('epvm')?.mean ?? Number.NaN) / (slowdowns.get(other)?.mean ?? Number.NaN)
      report({ name: `epvm.${gap}s.epvm-to-${other}`, value: rounded(ratio), unit: 'share', n, goal })
    }
  }
}

import { findInstance } from '#libs/cluster'
import type { HealthSpec } from '#libs/spec'
import { keyOf } from './containers'
import type { Invariant } from './invariant'

/**
 * By what probes have really found. Each process of a worker counts anew; failures that do not count, since they come too
 * early, are in a row as well.
 */
export const health: Invariant = {
  name: 'who is told to be healthy, or unhealthy, was found so as often in a row as its check asks for',
  watch: ({ truth }, fail) => {
    const placed = new Map<number, HealthSpec>()
    const found = new Map<string, Streaks>()
    const now = new Map<string, Streaks>()
    return {
      probed: (process, ref, ok) => {
        const key = `${process} ${keyOf(ref)}`
        const { well, ill } = now.get(key) ?? NONE
        const streaks = ok ? { well: well + 1, ill: 0 } : { well: 0, ill: ill + 1 }
        now.set(key, streaks)
        const most = found.get(keyOf(ref)) ?? NONE
        found.set(keyOf(ref), { well: Math.max(most.well, streaks.well), ill: Math.max(most.ill, streaks.ill) })
      },
      stored: ({ seq, event, took }) => {
        if (event.type === 'TaskHealthChanged') {
          const check = placed.get(event.data.placement)
          if (check === undefined) return
          const { well, ill } = found.get(keyOf(event.data)) ?? NONE
          const [times, asked] = event.data.health === 'healthy' ? [well, check.successThreshold] : [ill, check.retries]
          if (times < asked)
            fail(`${keyOf(event.data)} is ${event.data.health} at ${seq}, and was found so ${times} of ${asked} times`)
        }
        if (event.type !== 'TaskScheduled' || took !== 'effect') return
        const { job, task, index } = event.data
        const check = findInstance(truth, job, task, index)?.spec.health
        if (check !== undefined) placed.set(seq, check)
      },
    }
  },
}

/** How often in a row it was found to be well, and how often to be ill. */
interface Streaks {
  readonly well: number
  readonly ill: number
}

const NONE: Streaks = { well: 0, ill: 0 }

import type { Scored } from './policy'

/**
 * Looks at what machines really use, not at what was promised: `10^usedCpu + 10^usedMem` of the last heartbeat, plus
 * what was promised since then, so that a burst of placements does not all go to one worker between two heartbeats. A
 * worker that has not been heard counts by its promises. Heartbeats are not in the log: such a decision is the only one
 * that cannot be recomputed from it.
 */
export const leastLoaded: Scored = {
  name: 'least-loaded',
  pick: 'best',
  summary: 'the worker that really uses least, by its heartbeats: 20 - (10^cpu + 10^mem)',
  base: 20,
  terms: ['cpu', 'memory'],
  measured: true,
  level: (use) => Math.exp(Math.LN10 * use),
  weight: () => 1,
  load: null, // what is measured goes up and down by itself: what it moved today, it would move back tomorrow
  tier: () => 0,
}

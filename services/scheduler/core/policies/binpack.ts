import type { Scored } from './policy'

/**
 * Fills workers up before others are begun: the score is `20 - (10^freeCpu + 10^freeMem)`, with the shares that stay
 * free after placing. It is Nomad's, from Google's work on packing ("BestFit v3"): convex, so that a worker with one
 * resource used up and the other idle is worse than one with both half used.
 */
export const binpack: Scored = {
  name: 'binpack',
  pick: 'best',
  summary: 'fills workers up before others are begun: 20 - (10^freeCpu + 10^freeMem)',
  base: 20,
  terms: ['cpu', 'memory'],
  measured: false,
  level: (use) => Math.exp(Math.LN10 * (1 - use)),
  weight: (asked) => Math.exp(-Math.LN10 * asked),
  load: (use) => -Math.exp(Math.LN10 * (1 - use)),
  tier: () => 0,
}

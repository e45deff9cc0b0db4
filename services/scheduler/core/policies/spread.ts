import type { Scored } from './policy'

/**
 * Keeps room everywhere: the mirror of binpack, `20 - (10^usedCpu + 10^usedMem)` with the shares in use after placing.
 * Convex, so that the fuller of the two resources weighs most.
 */
export const spread: Scored = {
  name: 'spread',
  pick: 'best',
  summary: 'keeps room everywhere: 20 - (10^usedCpu + 10^usedMem)',
  base: 20,
  terms: ['cpu', 'memory'],
  measured: false,
  level: (use) => Math.exp(Math.LN10 * use),
  weight: (asked) => Math.exp(Math.LN10 * asked),
  load: (use) => Math.exp(Math.LN10 * use),
  tier: () => 0,
}

import type { Drawn } from './policy'
import { spread } from './spread'

/**
 * The freest of k workers drawn by lot ("the power of two choices", Mitzenmacher 1996): work that does not grow with the
 * cluster. What it gives up: the fullest worker is fuller than with `spread` by O(log log n / log k) instances, and where
 * few workers fit, the lot may miss them all; then the best of all is taken. The lot follows from the instance and its
 * attempt, so it can be drawn again.
 */
export const randomOfK: Drawn = {
  name: 'random-of-k',
  pick: 'sample',
  summary: 'the freest of 4 workers drawn by lot: the cost does not grow with the cluster',
  count: 4,
  by: spread,
}

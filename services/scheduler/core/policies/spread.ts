import { RESOURCE_NAMES } from '#libs/kernel'
import type { Policy } from './policy'

/**
 * Spreads load: the score is the share that stays free, after placing, of the resource that would be scarcest there
 * (0 to 1).
 */
export const spread: Policy = {
  name: 'spread',
  score: ({ task }, { worker, free }) => {
    let scarcest = 1
    for (const name of RESOURCE_NAMES) {
      const capacity = worker.capacity[name]
      if (capacity > 0) scarcest = Math.min(scarcest, (free[name] - task.spec.resources[name]) / capacity)
    }
    return scarcest
  },
}

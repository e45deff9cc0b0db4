import type { Planned } from './happenings'
import type { Plan } from './plan'
import type { Plant } from './plant'
import { run } from './run'

/** How many steps of simulations may be spent on making one failure smaller: 150 runs of the usual length. */
const BUDGET = 1_500_000

/**
 * The smallest plan found that breaks the same promise: happenings are left out, half of them at first and in the end
 * one by one, as long as it still fails. Everything else is the seed's, and stays.
 */
export const shrink = async (plan: Plan, invariant: string, plant: Plant = {}): Promise<Plan> => {
  let budget = BUDGET
  const stillFails = async (happenings: readonly Planned[]): Promise<boolean> => {
    const { violation, steps } = await run({ ...plan, happenings }, { plant })
    budget -= steps
    return violation?.invariant === invariant
  }
  let kept = plan.happenings
  for (let size = Math.ceil(kept.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let from = 0; from < kept.length && budget > 0; ) {
      const fewer = [...kept.slice(0, from), ...kept.slice(from + size)]
      if (await stillFails(fewer)) kept = fewer
      else from += size
    }
  }
  return { ...plan, happenings: kept }
}

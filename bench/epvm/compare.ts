import { jobsOf, paperMachines, type Workload } from './cluster'
import { type Slowdown, slowdownOf } from './simulate'
import { STRATEGIES } from './strategies'

export type StrategyName = keyof typeof STRATEGIES

export const STRATEGY_NAMES = Object.keys(STRATEGIES) as readonly StrategyName[]

/** The mean over so many executions, each with jobs of its own, of their mean and of their worst slowdown. */
export const meanSlowdown = (name: StrategyName, workload: Workload, executions: number): Slowdown => {
  const sum = { mean: 0, worst: 0 }
  for (let seed = 1; seed <= executions; seed += 1) {
    const { mean, worst } = slowdownOf(STRATEGIES[name], paperMachines(), jobsOf(workload, seed))
    sum.mean += mean / executions
    sum.worst += worst / executions
  }
  return sum
}

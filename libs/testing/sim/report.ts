import type { Plan } from './plan'
import type { Plant } from './plant'
import { describePlan, type Outcome, run } from './run'
import { shrink } from './shrink'

/** So many lines of what happened are shown, up to the violation. */
const LINES = 60

/** A failure as people read it: what was promised, what was done to the cluster, what happened, how to see it again. */
export const explainFailure = async (whole: Plan, plant: Plant = {}): Promise<string> => {
  const first = await run(whole, { plant })
  if (first.violation === null) return `seed ${whole.seed} keeps all promises`
  const plan = await shrink(whole, first.violation.invariant, plant)
  return describeFailure(whole, plan, await run(plan, { plant, trace: true }))
}

const describeFailure = (whole: Plan, plan: Plan, { violation, trace }: Outcome): string => {
  const { seed, size, happenings } = plan
  const cut = trace.length > LINES ? `the last ${LINES} of ${trace.length} lines` : `${trace.length} lines`
  return [
    `✘ seed ${seed} breaks "${violation?.invariant}"`,
    `  ${violation?.what}`,
    '',
    `  The cluster: ${size.managers} managers, ${size.schedulers} schedulers, ${size.workers} workers.`,
    `  What was done to it (${happenings.length} of ${whole.happenings.length} happenings are enough):`,
    ...describePlan(plan).map((line) => `    ${line}`),
    '',
    `  What happened (seconds; ${cut}):`,
    ...trace.slice(-LINES).map((line) => `    ${line}`),
    '',
    `  Run it again: npm run sim -- --seed ${seed} --events ${whole.events}`,
  ].join('\n')
}

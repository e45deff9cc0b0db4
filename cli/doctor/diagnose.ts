import type { Facts, Finding } from './facts'
import { checkLog } from './log'
import { checkServices } from './services'
import { checkWorkers } from './workers'

/** Everything that was looked at, in the order of what rests on what: the servers, the services, the workers. */
export const diagnose = (facts: Facts): readonly Finding[] => [
  ...checkLog(facts),
  ...checkServices(facts),
  ...checkWorkers(facts),
]

/** What is not well, worst first. */
export const problemsIn = (findings: readonly Finding[]): readonly Finding[] => [
  ...findings.filter(({ level }) => level === 'bad'),
  ...findings.filter(({ level }) => level === 'warn'),
]

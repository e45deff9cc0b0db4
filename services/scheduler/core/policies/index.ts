import type { PlacementPolicy } from '#libs/spec'
import { binpack } from './binpack'
import { epvm } from './epvm'
import { epvmReserve } from './epvmReserve'
import { leastLoaded } from './leastLoaded'
import type { Policy } from './policy'
import { randomOfK } from './randomOfK'
import { roundRobin } from './roundRobin'
import { spread } from './spread'

export { costOf, type Drawn, type InTurn, type Policy, type Scored, termCost } from './policy'

/** All policies by name: a new one is one file and one line here (its name stands in `libs/spec`, for job files). */
export const POLICIES: Readonly<Record<PlacementPolicy, Policy>> = {
  spread,
  binpack,
  epvm,
  'epvm-reserve': epvmReserve,
  'least-loaded': leastLoaded,
  'round-robin': roundRobin,
  'random-of-k': randomOfK,
}

/** One sentence about a policy, for people; null where this release has none of that name. */
export const summaryOf = (name: string): string | null =>
  Object.hasOwn(POLICIES, name) ? POLICIES[name as PlacementPolicy].summary : null

import type { Resources } from '#libs/kernel'
import type { PlacementPolicy } from '#libs/spec'
import { type Facts, isLarge, type Numbers, shareOf, TERMS } from '../fleet/numbers'

/**
 * How good a place a feasible worker is, as a cost: the sum over the terms of `level(use)` × `weight(asked)`. The lowest
 * cost wins. Pure functions of shares, so that `level` is kept per worker and `weight` worked out once a request: what
 * is then left to do for a worker is four multiplications.
 *
 * @property level  Of the share in use; any number.
 * @property weight Of the share asked for; at least 0, and rising or falling throughout.
 */
export interface Scored {
  readonly name: PlacementPolicy
  readonly pick: 'best'
  /** One sentence for people. */
  readonly summary: string
  /** The score that people are shown is this less the cost. */
  readonly base: number
  /** Which of the terms count. */
  readonly terms: readonly (typeof TERMS)[number][]
  /** Whether use is what heartbeats measured, rather than what was promised. */
  readonly measured: boolean
  level(use: number, facts: Facts, spare: boolean): number
  weight(asked: number, facts: Facts, spare: boolean): number
  /**
   * What a worker costs for a share in use, apart from what is asked for: a move is a gain where the sum over all workers
   * gets less. Growing, so that everything placed has its price. Null: nothing is moved for the sake of this policy.
   */
  readonly load: ((use: number, facts: Facts, spare: boolean) => number) | null
  /** Workers of a lower tier come first, whatever they cost. */
  tier(spare: boolean, large: boolean): number
}

/** The next worker in turn that fits. */
export interface InTurn {
  readonly name: PlacementPolicy
  readonly pick: 'next'
  readonly summary: string
}

/** The best, by another policy, of a few drawn by lot. */
export interface Drawn {
  readonly name: PlacementPolicy
  readonly pick: 'sample'
  readonly summary: string
  readonly count: number
  readonly by: Scored
}

export type Policy = Scored | InTurn | Drawn

/** More than any sum of levels and weights comes to. */
const TIER = 1e6

export const tierCost = (policy: Scored, spare: boolean, large: boolean): number => policy.tier(spare, large) * TIER

/** One term of the cost. */
export const termCost = (
  policy: Scored,
  facts: Facts,
  term: number,
  { use, capacity, spare }: Numbers,
  asked: Resources,
): number =>
  counts(policy, term)
    ? policy.level(use[term] ?? 0, facts, spare) * policy.weight(askedShare(facts, term, asked, capacity), facts, spare)
    : 0

export const counts = (policy: Scored, term: number): boolean => policy.terms.includes(TERMS[term] ?? 'cpu')

/** The share of a term that a request asks of a worker of this capacity. */
export const askedShare = (facts: Facts, term: number, asked: Resources, capacity: Resources): number => {
  switch (term) {
    case 0:
      return shareOf(asked.cpuMilli, capacity.cpuMilli)
    case 1:
      return shareOf(asked.memoryBytes, capacity.memoryBytes)
    case 2:
      return shareOf(asked.diskBytes, capacity.diskBytes)
    default:
      return 1 / facts.maxInstances
  }
}

/** What placing a request on a worker costs, by a policy; the terms are added in their order, everywhere. */
export const costOf = (policy: Scored, facts: Facts, numbers: Numbers, asked: Resources): number => {
  let cost = tierCost(policy, numbers.spare, isLarge(asked, facts))
  for (let term = 0; term < TERMS.length; term += 1) cost += termCost(policy, facts, term, numbers, asked)
  return cost
}

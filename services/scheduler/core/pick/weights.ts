import type { Resources } from '#libs/kernel'
import { type Facts, isLarge, TERMS } from '../fleet/numbers'
import { askedShare, counts, type Scored, tierCost } from '../policies/policy'

/** Workers that a request weighs alike on: of one capacity, or where there are too many of those, of similar ones. */
export interface Group {
  readonly spare: boolean
  /** The smallest and the largest of each resource; the same for a group of one capacity. */
  readonly least: Resources
  readonly most: Resources
  readonly exact: boolean
}

export type Table = Float64Array

/** How many requests' weights are kept. */
const KEPT = 128

/**
 * What a request weighs in each group: a row of numbers for each group, of the tier and the terms. Kept for the requests
 * that were asked last, since a job's instances all ask for the same.
 */
export class Weights {
  /** Numbers in the table for each group. */
  static readonly STRIDE = 1 + TERMS.length

  readonly table: Table
  private readonly known = new Map<Resources, number>()
  private readonly counted: readonly boolean[]

  constructor(
    private readonly policy: Scored,
    private readonly facts: Facts,
    private readonly groups: readonly Group[],
  ) {
    this.counted = TERMS.map((_, term) => counts(policy, term))
    this.table = new Float64Array(KEPT * groups.length * Weights.STRIDE)
  }

  /** Where in the table the weights of a request begin. */
  of(asked: Resources): number {
    const known = this.known.get(asked)
    if (known !== undefined) return known
    if (this.known.size === KEPT) this.known.clear()
    const from = this.known.size * this.groups.length * Weights.STRIDE
    this.known.set(asked, from)
    for (let at = 0; at < this.groups.length; at += 1) {
      this.weigh(asked, this.groups[at] as Group, from + at * Weights.STRIDE)
    }
    return from
  }

  private weigh(asked: Resources, { spare, least, most, exact }: Group, from: number): void {
    const { policy, facts, table, counted } = this
    table[from] = tierCost(policy, spare, isLarge(asked, facts))
    for (let term = 0; term < counted.length; term += 1) {
      if (!counted[term]) continue
      const low = policy.weight(askedShare(facts, term, asked, least), facts, spare)
      // A weight rises or falls throughout, so between its ends it is at least the lower one.
      const high = exact ? low : policy.weight(askedShare(facts, term, asked, most), facts, spare)
      table[from + 1 + term] = Math.min(low, high)
    }
  }
}

import { NO_RESOURCES, RESOURCE_NAMES, type Resources } from '#libs/kernel'
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

/** How many requests' weights are kept: a power of two. */
const KEPT_BITS = 9
const KEPT = 2 ** KEPT_BITS
const KEY = RESOURCE_NAMES.length
const MIB = 2 ** 20
/** Knuth's multiplier: amounts are mostly multiples of something. */
const SPREAD = 2_654_435_761

/**
 * What a request weighs in each group: a row of numbers for each group, of the tier and the terms; then how often a
 * usual request goes into it, and what is left of each term. Kept for requests that were asked lately, each in a place
 * that follows from its amounts, since a job's instances all ask for the same.
 */
export class Weights {
  /** Numbers in the table for each group. */
  static readonly STRIDE = 2 + 2 * TERMS.length

  readonly table: Float64Array
  /** What a usual request weighs: by group, the terms. */
  usual: Float64Array
  /** What a request for nothing weighs: most ask nothing of one resource or another. */
  private readonly nothing: Float64Array
  /** What is asked for in each place of the table. */
  private readonly keys = new Float64Array(KEPT * KEY).fill(-1)
  private expected = NO_RESOURCES
  private readonly counted: readonly boolean[]
  private readonly size: number

  constructor(
    private readonly policy: Scored,
    private readonly facts: Facts,
    private readonly groups: readonly Group[],
  ) {
    this.counted = TERMS.map((_, term) => counts(policy, term))
    this.size = groups.length * Weights.STRIDE
    this.table = new Float64Array(KEPT * this.size)
    this.nothing = this.weightsOf(NO_RESOURCES)
    this.usual = this.nothing
  }

  /** Takes this for the usual request: the closer to those that come, the less has to be searched. Tells whether it is another. */
  expect(request: Resources): boolean {
    if (isLike(request, this.expected)) return false
    this.expected = request
    this.usual = this.weightsOf(request)
    this.keys.fill(-1)
    return true
  }

  /** Where in the table the weights of a request begin. */
  of(asked: Resources): number {
    const { cpuMilli, memoryBytes, diskBytes } = asked
    const { keys } = this
    const place = Math.imul(cpuMilli + 31 * (memoryBytes / MIB) + 17 * (diskBytes / MIB), SPREAD) >>> (32 - KEPT_BITS)
    const key = place * KEY
    const from = place * this.size
    if (keys[key] === cpuMilli && keys[key + 1] === memoryBytes && keys[key + 2] === diskBytes) return from
    keys[key] = cpuMilli
    keys[key + 1] = memoryBytes
    keys[key + 2] = diskBytes
    const large = isLarge(asked, this.facts)
    for (let at = 0; at < this.groups.length; at += 1) this.weigh(asked, large, at, from + at * Weights.STRIDE)
    return from
  }

  private weigh(asked: Resources, large: boolean, at: number, to: number): void {
    const { table, nothing, policy } = this
    const group = this.groups[at] as Group
    const from = at * TERMS.length
    table[to] = tierCost(policy, group.spare, large)
    table[to + 1] = asked.cpuMilli === 0 ? (nothing[from] as number) : this.weight(asked, 0, group)
    table[to + 2] = asked.memoryBytes === 0 ? (nothing[from + 1] as number) : this.weight(asked, 1, group)
    table[to + 3] = asked.diskBytes === 0 ? (nothing[from + 2] as number) : this.weight(asked, 2, group)
    table[to + 4] = nothing[from + 3] as number
    this.divide(from, to)
  }

  /** Takes as many usual requests out of the weights as go into them. */
  private divide(from: number, to: number): void {
    const { table, usual } = this
    let times = Number.POSITIVE_INFINITY
    for (let term = 0; term < TERMS.length; term += 1) {
      const weight = usual[from + term] as number
      if (weight > 0) times = Math.min(times, (table[to + 1 + term] as number) / weight)
    }
    if (times === Number.POSITIVE_INFINITY) times = 0
    table[to + 5] = times
    for (let term = 0; term < TERMS.length; term += 1) {
      table[to + 6 + term] = Math.max(0, (table[to + 1 + term] as number) - times * (usual[from + term] as number))
    }
  }

  private weightsOf(asked: Resources): Float64Array {
    return Float64Array.from(this.groups.flatMap((group) => TERMS.map((_, term) => this.weight(asked, term, group))))
  }

  private weight(asked: Resources, term: number, { spare, least, most, exact }: Group): number {
    const { policy, facts } = this
    if (!this.counted[term]) return 0
    const low = policy.weight(askedShare(facts, term, asked, least), facts, spare)
    // A weight rises or falls throughout, so between its ends it is at least the lower one.
    return exact ? low : Math.min(low, policy.weight(askedShare(facts, term, asked, most), facts, spare))
  }
}

/** Whether none differs from another by more than a quarter. */
const isLike = (one: Resources, other: Resources): boolean =>
  RESOURCE_NAMES.every((name) => Math.abs(one[name] - other[name]) * 4 <= other[name])

import { NO_RESOURCES, RESOURCE_NAMES, type Resources } from '#libs/kernel'
import type { Fleet } from '../fleet/fleet'
import { type Facts, NO_FACTS, TERMS } from '../fleet/numbers'
import { costOf, type Scored } from '../policies'
import { counts } from '../policies/policy'
import { groupsOf, type Members, placesOf } from './groups'
import { type Ask, change, FREE, type Layer, layersOver, RANK, USUAL, WIDTH } from './layer'
import { RowSet } from './rowSet'
import { Usual } from './usual'
import { Weights } from './weights'

// An import is looked up at each use, which counts where a placement takes a few microseconds.
const NUMBERS = WIDTH
const [CPU, MEMORY, DISK, TYPICAL, ORDER] = [FREE, FREE + 1, FREE + 2, USUAL, RANK]
const { STRIDE } = Weights
const INSTANCES = TERMS.indexOf('instances')

/** Asked of a worker only when its numbers are better than any seen so far. */
export type Admits = (row: number) => boolean

/**
 * Finds the worker of the lowest cost exactly, mostly without looking at it: a search with bounds. Workers of one
 * capacity that are filled alike stand side by side, in blocks of eight, and the blocks in halls of eight, and so on. For
 * each of these the lowest levels and the most that is free are kept. Since no weight is negative, the lowest levels times
 * the weights are at most the cost of anyone inside, so whole halls are passed by; most of them by a closer bound, by what
 * a usual request would cost (`Layer.bound`). Equal costs go to who comes first in the order of ties, and the lowest rank
 * of each block bounds that, too.
 *
 * A placement moves one worker's numbers and the bounds above that rest on them, when the next is asked for. The places
 * are taken anew after as many changes as there are workers, so that the sorting costs O(log n) a change.
 */
export class Board {
  private facts: Facts = NO_FACTS
  /** Since the places were taken; -1: they have to be. */
  private changes = -1
  private groups: readonly Members[] = []
  private layers = layersOver([])
  /** By place: the row, and by row: the place, and the group. */
  private rowAt: Int32Array = new Int32Array(0)
  private placeOf = new Int32Array(0)
  private groupOf = new Int32Array(0)
  private weights: Weights
  private readonly usual = new Usual()
  private readonly counted: readonly boolean[]
  /** Rows that have changed and were not looked at since. */
  private stale = new RowSet(0)
  /** Of the worker that is looked at. */
  private readonly now = new Float64Array(RANK)
  /** All numbers, while places are taken anew. */
  private before = new Float64Array(0)
  /** What is looked for, and the best so far. */
  private asked: Resources = NO_RESOURCES
  private readonly ask: Ask = new Float64Array(RESOURCE_NAMES.length)
  private admits: Admits = () => false
  private best = 0
  private bestRank = 0
  private bestRow = -1

  constructor(
    private readonly fleet: Fleet,
    private readonly policy: Scored,
  ) {
    this.counted = TERMS.map((_, term) => counts(policy, term))
    this.weights = new Weights(policy, NO_FACTS, [])
    fleet.watch(this)
  }

  /** The numbers of a row have changed. */
  touch(row: number): void {
    if (row < this.stale.bound) this.stale.add(row)
    else this.changes = -1
  }

  /** The row of the best worker that has room and is admitted, -1 if there is none. */
  pick(asked: Resources, admits: Admits): number {
    const { facts } = this.fleet
    if (facts !== this.facts) this.learn(facts)
    this.usual.note(asked)
    this.refresh()
    this.asked = asked
    this.ask[0] = -asked.cpuMilli
    this.ask[1] = -asked.memoryBytes
    this.ask[2] = -asked.diskBytes
    this.admits = admits
    this.best = Number.POSITIVE_INFINITY
    this.bestRank = Number.POSITIVE_INFINITY
    this.bestRow = -1
    this.search(this.weights.of(asked))
    return this.bestRow
  }

  /** From above, the most promising first. */
  private search(weights: number): void {
    const height = this.layers.length - 1
    const { starts, bounds } = this.layers[height] as Layer
    let first = -1
    let group = -1
    for (let one = 0; one < this.groups.length; one += 1) {
      const lowest = this.bound(height, starts[one] as number, starts[one + 1] as number, weights + one * STRIDE)
      if (lowest < 0 || (first >= 0 && (bounds[lowest] as number) >= (bounds[first] as number))) continue
      first = lowest
      group = one
    }
    if (first < 0) return
    this.visit(height, first, weights + group * STRIDE, group)
    for (let one = 0; one < this.groups.length; one += 1) {
      this.visitBut(first, height, starts[one] as number, starts[one + 1] as number, weights + one * STRIDE, one)
    }
  }

  private bound(height: number, from: number, to: number, weights: number): number {
    return (this.layers[height] as Layer).bound(from, to, this.ask, this.weights.table, weights)
  }

  private visit(height: number, place: number, weights: number, group: number): void {
    const { first } = this.layers[height] as Layer
    const from = first[place] as number
    const to = first[place + 1] as number
    if (height === 1) return this.look(from, to, weights, (this.groups[group] as Members).exact)
    const lowest = this.bound(height - 1, from, to, weights)
    if (lowest < 0) return
    if (this.mayHold(height - 1, lowest, weights)) this.visit(height - 1, lowest, weights, group)
    this.visitBut(lowest, height - 1, from, to, weights, group)
  }

  /** Visits all of some that may hold a better one, but for the one that was visited. */
  private visitBut(visited: number, height: number, from: number, to: number, weights: number, group: number): void {
    for (let place = from; place < to; place += 1) {
      if (place !== visited && this.mayHold(height, place, weights)) this.visit(height, place, weights, group)
    }
  }

  /** Whether anybody inside may be better: by the bound that was worked out, then by the one that is exact to the last tie. */
  private mayHold(height: number, place: number, weights: number): boolean {
    const layer = this.layers[height] as Layer
    if ((layer.bounds[place] as number) > this.best) return false
    return this.mayBeat(
      layer.cost(place, this.weights.table, weights),
      layer.numbers[place * NUMBERS + ORDER] as number,
    )
  }

  private mayBeat(cost: number, rank: number): boolean {
    return cost < this.best || (cost === this.best && rank < this.bestRank)
  }

  /** Looks at some workers, one by one. */
  private look(from: number, to: number, weights: number, exact: boolean): void {
    const workers = this.layers[0] as Layer
    const { rowAt, ask } = this
    const { table } = this.weights
    for (let place = from; place < to; place += 1) {
      if (!workers.hasRoom(place, ask)) continue
      const row = rowAt[place] as number
      const cost = exact ? workers.cost(place, table, weights) : this.costAt(row)
      const rank = workers.numbers[place * NUMBERS + ORDER] as number
      if (!this.mayBeat(cost, rank) || !this.admits(row)) continue
      this.best = cost
      this.bestRank = rank
      this.bestRow = row
    }
  }

  private costAt(row: number): number {
    return costOf(this.policy, this.facts, this.fleet.numbers(row, this.policy.measured), this.asked)
  }

  /** Takes note of those that have changed since the last time. */
  private refresh(): void {
    if (this.changes < 0) return this.takePlaces(true)
    const workers = this.layers[0] as Layer
    for (let at = 0; at < this.stale.size; at += 1) {
      const row = this.stale.at(at)
      this.weigh(row)
      if (change(workers, this.placeOf[row] as number, this.now)) this.changes += 1
    }
    this.stale.clear()
    if (this.changes > this.placeOf.length) this.takePlaces(false)
  }

  /** Gives every worker its place among its likes. `anew`: its numbers are not known, or no longer what they were. */
  private takePlaces(anew: boolean): void {
    const { fleet, layers, placeOf } = this
    const { numbers } = layers[0] as Layer
    const weighs = this.weights.expect(this.usual.take()) || anew
    const { before } = this
    before.set(numbers)
    this.rowAt = placesOf(fleet, this.groups, this.policy.measured)
    for (let place = 0; place < this.rowAt.length; place += 1) {
      const row = this.rowAt[place] as number
      if (weighs) this.weigh(row)
      const from = weighs ? this.now : before
      const at = weighs ? 0 : (placeOf[row] as number) * NUMBERS
      for (let column = 0; column < ORDER; column += 1) numbers[place * NUMBERS + column] = from[at + column] as number
      numbers[place * NUMBERS + ORDER] = fleet.rank[row] as number
      placeOf[row] = place
    }
    for (let height = 1; height < layers.length; height += 1) layers[height]?.gather(layers[height - 1] as Layer)
    this.stale.clear()
    this.changes = 0
  }

  /** What all levels and weights rest on has changed: the workers themselves, or only the most instances on one. */
  private learn(facts: Facts): void {
    const isSame = facts.generation === this.facts.generation
    this.facts = facts
    if (isSame && !this.counted[INSTANCES]) return
    this.changes = -1
    if (!isSame) this.regroup()
    this.weights = new Weights(this.policy, facts, this.groups)
  }

  private regroup(): void {
    const { size } = this.fleet
    this.groups = groupsOf(this.fleet)
    this.layers = layersOver(this.groups.map(({ rows }) => rows.length))
    this.before = new Float64Array(size * NUMBERS)
    this.placeOf = new Int32Array(size)
    this.groupOf = new Int32Array(size)
    for (const [group, { rows }] of this.groups.entries()) for (const row of rows) this.groupOf[row] = group
    this.stale = new RowSet(size)
  }

  /** Takes a worker's numbers, all but its rank. */
  private weigh(row: number): void {
    const { now, fleet } = this
    const { usual } = this.weights
    const from = (this.groupOf[row] as number) * TERMS.length
    let cost = 0
    for (let term = 0; term < TERMS.length; term += 1) {
      const level = this.level(row, term)
      now[term] = level
      cost += level * (usual[from + term] as number)
    }
    now[TYPICAL] = cost
    now[CPU] = -fleet.free(row, 0)
    now[MEMORY] = -fleet.free(row, 1)
    now[DISK] = -fleet.free(row, 2)
  }

  private level(row: number, term: number): number {
    if (!this.counted[term]) return 0
    const use = this.fleet.share(row, term, this.policy.measured)
    return this.policy.level(use, this.facts, this.fleet.spare[row] ?? false)
  }
}

import type { Resources } from '#libs/kernel'
import type { Fleet } from '../fleet/fleet'
import { type Facts, NO_FACTS, TERMS } from '../fleet/numbers'
import { costOf, type Scored } from '../policies'
import { counts } from '../policies/policy'
import { groupsOf, type Members, placesOf } from './groups'
import { FAN, Layer } from './layer'
import { Weights } from './weights'

// An import is looked up at each use, which counts where a placement takes a few microseconds.
const BLOCK = FAN
/** Workers in a hall of blocks. */
const HALL = BLOCK * BLOCK
const { STRIDE } = Weights
const INSTANCES = TERMS.indexOf('instances')

/** Asked of a worker only when its numbers are better than any seen so far. */
export type Admits = (row: number) => boolean

/**
 * Finds the worker of the lowest cost exactly, mostly without looking at it: a search with bounds. Workers of one
 * capacity that are filled alike stand side by side, in blocks of eight, and the blocks in halls of eight. For each of
 * these the lowest levels and the most that is free are kept. Since no weight is negative, the lowest levels times the
 * weights are at most the cost of anyone inside, so whole halls are passed by. Equal costs go to who comes first in the
 * order of ties, and the lowest rank of each block bounds that, too.
 *
 * A placement moves one worker's numbers and the bounds above it. The places are taken anew after as many changes as
 * there are workers, so that the sorting costs O(log n) a change.
 */
export class Board {
  private facts: Facts = NO_FACTS
  /** Since the places were taken; -1: they have to be. */
  private changes = -1
  private rowAt = new Int32Array(0)
  private slotOf = new Int32Array(0)
  private workers = new Layer(0)
  private blocks = new Layer(0)
  private halls = new Layer(0)
  private groupOf = new Int32Array(0)
  private groups: readonly Members[] = []
  private bounds = new Float64Array(0)
  private weights: Weights
  private readonly counted: readonly boolean[]
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
    if (this.changes < 0) return
    if (row >= this.slotOf.length || this.changes > this.slotOf.length) {
      this.changes = -1
      return
    }
    const slot = this.slotOf[row] as number
    this.load(row, slot)
    this.blocks.gather(Math.floor(slot / BLOCK), this.workers)
    this.halls.gather(Math.floor(slot / HALL), this.blocks)
    this.changes += 1
  }

  /** The row of the best worker that has room and is admitted, -1 if there is none. */
  pick(asked: Resources, admits: Admits): number {
    const { facts } = this.fleet
    if (facts !== this.facts) this.learn(facts)
    if (this.changes < 0) this.takePlaces()
    const from = this.weights.of(asked)
    this.best = Number.POSITIVE_INFINITY
    this.bestRank = Number.POSITIVE_INFINITY
    this.bestRow = -1
    const first = this.boundHalls(asked, from)
    if (first < 0) return -1
    this.searchHall(first, asked, from, admits)
    const { bounds, halls } = this
    for (let hall = 0; hall < bounds.length; hall += 1) {
      if (hall !== first && this.mayBeat(bounds[hall] as number, halls.rank[hall] as number)) {
        this.searchHall(hall, asked, from, admits)
      }
    }
    return this.bestRow
  }

  private mayBeat(cost: number, rank: number): boolean {
    return cost < this.best || (cost === this.best && rank < this.bestRank)
  }

  /** Works out each hall's bound; returns the hall with the lowest, -1 if nobody has room. */
  private boundHalls({ cpuMilli, memoryBytes, diskBytes }: Resources, from: number): number {
    const { bounds, halls, groupOf } = this
    const { table } = this.weights
    let first = -1
    let lowest = Number.POSITIVE_INFINITY
    for (let hall = 0; hall < bounds.length; hall += 1) {
      bounds[hall] = Number.POSITIVE_INFINITY
      if (!halls.hasRoom(hall, cpuMilli, memoryBytes, diskBytes)) continue
      const bound = halls.cost(hall, table, from + (groupOf[hall] as number) * STRIDE)
      bounds[hall] = bound
      if (bound > lowest || (bound === lowest && (halls.rank[hall] as number) > (halls.rank[first] as number))) continue
      lowest = bound
      first = hall
    }
    return first
  }

  private searchHall(hall: number, asked: Resources, from: number, admits: Admits): void {
    const { blocks } = this
    const { cpuMilli, memoryBytes, diskBytes } = asked
    const { table } = this.weights
    const group = this.groupOf[hall] as number
    const at = from + group * STRIDE
    for (let block = hall * BLOCK; block < (hall + 1) * BLOCK; block += 1) {
      if (!blocks.hasRoom(block, cpuMilli, memoryBytes, diskBytes)) continue
      if (!this.mayBeat(blocks.cost(block, table, at), blocks.rank[block] as number)) continue
      this.searchBlock(block, asked, at, (this.groups[group] as Members).exact, admits)
    }
  }

  private searchBlock(block: number, asked: Resources, at: number, exact: boolean, admits: Admits): void {
    const { workers, rowAt } = this
    const { cpuMilli, memoryBytes, diskBytes } = asked
    const { table } = this.weights
    for (let slot = block * BLOCK; slot < (block + 1) * BLOCK; slot += 1) {
      if (!workers.hasRoom(slot, cpuMilli, memoryBytes, diskBytes)) continue
      const row = rowAt[slot] as number
      const cost = exact ? workers.cost(slot, table, at) : this.costAt(row, asked)
      const rank = workers.rank[slot] as number
      if (!this.mayBeat(cost, rank) || !admits(row)) continue
      this.best = cost
      this.bestRank = rank
      this.bestRow = row
    }
  }

  private costAt(row: number, asked: Resources): number {
    return costOf(this.policy, this.facts, this.fleet.numbers(row, this.policy.measured), asked)
  }

  /** Gives every worker its place among its likes. */
  private takePlaces(): void {
    this.rowAt = placesOf(this.fleet, this.groups, this.policy.measured, HALL)
    const { rowAt } = this
    this.slotOf = new Int32Array(this.fleet.size)
    this.workers = new Layer(rowAt.length)
    this.blocks = new Layer(rowAt.length / BLOCK)
    this.halls = new Layer(rowAt.length / HALL)
    this.bounds = new Float64Array(rowAt.length / HALL)
    for (let slot = 0; slot < rowAt.length; slot += 1) {
      const row = rowAt[slot] as number
      if (row < 0) continue
      this.slotOf[row] = slot
      this.workers.rank[slot] = this.fleet.rank[row] as number
      this.load(row, slot)
    }
    this.gatherAll(this.blocks, this.workers)
    this.gatherAll(this.halls, this.blocks)
    this.changes = 0
  }

  private gatherAll(layer: Layer, below: Layer): void {
    for (let at = 0; at < layer.size; at += 1) {
      layer.gather(at, below)
      layer.gatherRanks(at, below)
    }
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
    this.groups = groupsOf(this.fleet)
    const halls = this.groups.map(({ rows }) => Math.ceil(rows.length / HALL))
    this.groupOf = Int32Array.from(halls.flatMap((count, group) => Array<number>(count).fill(group)))
  }

  private load(row: number, slot: number): void {
    const { workers, fleet } = this
    workers.cpu[slot] = this.level(row, 0)
    workers.memory[slot] = this.level(row, 1)
    workers.disk[slot] = this.level(row, 2)
    workers.instances[slot] = this.level(row, 3)
    workers.freeCpu[slot] = fleet.free(row, 0)
    workers.freeMemory[slot] = fleet.free(row, 1)
    workers.freeDisk[slot] = fleet.free(row, 2)
  }

  private level(row: number, term: number): number {
    if (!this.counted[term]) return 0
    const use = this.fleet.share(row, term, this.policy.measured)
    return this.policy.level(use, this.facts, this.fleet.spare[row] ?? false)
  }
}

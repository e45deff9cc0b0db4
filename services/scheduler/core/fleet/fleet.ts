import { isOpen, mostForOne, type Worker } from '#libs/cluster'
import { RESOURCE_NAMES, type Resources } from '#libs/kernel'
import { type Facts, factsOf, NO_FACTS, type Numbers, powerOfTwo, sparedOf, TERMS } from './numbers'
import { tieOrder } from './ties'

/** Told of every row whose numbers changed. */
export interface Watcher {
  touch(row: number): void
}

/**
 * The workers' numbers, a row each, a column for each number: what the log says was promised, plus what this batch
 * promises on top until it is folded (`settle`). Amounts are whole numbers, as in `Resources`.
 */
export class Fleet {
  /** By row; a worker keeps its row for ever. */
  readonly workers: Worker[] = []
  readonly capacity = columns(RESOURCE_NAMES.length)
  /** What the machine itself has: the most that one instance can have, where more is promised in all. */
  readonly most = columns(RESOURCE_NAMES.length)
  readonly used = columns(RESOURCE_NAMES.length)
  /** What heartbeats measured beyond what was promised when they were written; may be negative. */
  readonly beyond = columns(RESOURCE_NAMES.length)
  readonly instances: number[] = []
  /** Whether it takes instances. */
  readonly open: boolean[] = []
  readonly spare: boolean[] = []
  /** Place in the order in which ties are broken, as of the last look at `facts` or `byRank`. */
  readonly rank: number[] = []
  /** Rows that have more room than when they were last taken from here. */
  readonly freed = new Set<number>()
  private ranked: readonly number[] = []
  private readonly rows = new Map<string, number>()
  /** How many workers have so many instances. */
  private readonly counts: number[] = []
  private mostInstances = 0
  private readonly promised = new Set<number>()
  private readonly watchers: Watcher[] = []
  private known: Facts = NO_FACTS
  private membersChanged = true

  /** @param seed Of the order in which ties are broken; null: by name. */
  constructor(private seed: number | null = null) {}

  get size(): number {
    return this.workers.length
  }

  watch(watcher: Watcher): void {
    this.watchers.push(watcher)
  }

  rowOf(worker: string): number | undefined {
    return this.rows.get(worker)
  }

  breakTiesBy(seed: number | null): void {
    if (seed === this.seed) return
    this.seed = seed
    this.membersChanged = true
  }

  /** The worker itself has changed: its state, its means, what it can do. Returns its row. */
  renew(worker: Worker): number {
    const row = this.rows.get(worker.name) ?? this.add(worker)
    this.workers[row] = worker
    for (const [k, name] of RESOURCE_NAMES.entries()) {
      column(this.capacity, k)[row] = worker.capacity[name]
      column(this.most, k)[row] = mostForOne(worker, name)
    }
    this.open[row] = isOpen(worker)
    this.membersChanged = true
    this.load(row)
    this.freed.add(row)
    this.tell(row)
    return row
  }

  /** What is placed on the worker has changed. */
  update(worker: Worker): void {
    const row = this.rows.get(worker.name)
    if (row !== undefined) this.load(row)
  }

  /** What a worker was measured to use while it had promised `reserved`. */
  measure(worker: string, used: Resources, reserved: Resources): void {
    const row = this.rows.get(worker)
    if (row === undefined) return
    for (let k = 0; k < this.beyond.length; k += 1) column(this.beyond, k)[row] = amount(used, k) - amount(reserved, k)
    this.tell(row)
  }

  /** Promises an instance's resources to the worker, on top of what the log says. */
  promise(row: number, asked: Resources): void {
    this.shift(row, asked, 1)
  }

  /** Takes an instance's resources away from the worker, whatever the log says. */
  retract(row: number, asked: Resources): void {
    this.shift(row, asked, -1)
  }

  /** Back to what the log says: it holds by now what was promised, or never will. */
  settle(): void {
    for (const row of this.promised) this.load(row)
    this.promised.clear()
  }

  /** Facts about all workers; a new object whenever they, or the order of ties, have changed. */
  get facts(): Facts {
    if (this.membersChanged) this.survey()
    const maxInstances = powerOfTwo(this.mostInstances)
    if (maxInstances !== this.known.maxInstances) this.known = { ...this.known, maxInstances }
    return this.known
  }

  /** Rows in the order in which ties are broken. */
  get byRank(): readonly number[] {
    if (this.membersChanged) this.survey()
    return this.ranked
  }

  numbers(row: number, measured: boolean): Numbers {
    const worker = this.workers[row] as Worker
    return {
      use: TERMS.map((_, term) => this.share(row, term, measured)),
      capacity: worker.capacity,
      spare: this.spare[row] ?? false,
    }
  }

  /** Share in use of a term. */
  share(row: number, term: number, measured: boolean): number {
    const capacity = this.capacity[term]
    if (capacity === undefined) return (this.instances[row] ?? 0) / this.known.maxInstances
    const beyond = measured ? (this.beyond[term]?.[row] ?? 0) : 0
    const has = capacity[row] ?? 0
    return has > 0 ? (this.usedOf(term, row) + beyond) / has : 0
  }

  /** What is free of a resource for one instance; negative where more is promised than there is, and of a worker that takes nothing. */
  free(row: number, resource: number): number {
    return this.open[row] ? this.unused(row, resource) : -1
  }

  /** The same, whether or not it takes instances. */
  unused(row: number, resource: number): number {
    return Math.min(this.left(row, resource), this.most[resource]?.[row] ?? 0)
  }

  /** What is left in all, however much of it one instance can have; negative where more is promised than there is. */
  left(row: number, resource: number): number {
    return (this.capacity[resource]?.[row] ?? 0) - this.usedOf(resource, row)
  }

  hasRoom(row: number, asked: Resources): boolean {
    return (
      asked.cpuMilli <= this.free(row, 0) &&
      asked.memoryBytes <= this.free(row, 1) &&
      asked.diskBytes <= this.free(row, 2)
    )
  }

  /** Whether it will have room once `leaving` has gone from there, whether or not it takes instances. */
  willHaveRoom(row: number, asked: Resources, leaving: Resources): boolean {
    for (let k = 0; k < this.used.length; k += 1) {
      const wanted = amount(asked, k)
      if (wanted > (this.most[k]?.[row] ?? 0) || wanted > this.left(row, k) + amount(leaving, k)) return false
    }
    return true
  }

  private shift(row: number, asked: Resources, sign: 1 | -1): void {
    const { used } = this
    for (let k = 0; k < used.length; k += 1) column(used, k)[row] = this.usedOf(k, row) + sign * amount(asked, k)
    this.count(row, (this.instances[row] ?? 0) + sign)
    this.promised.add(row)
    this.tell(row)
  }

  private usedOf(resource: number, row: number): number {
    return this.used[resource]?.[row] ?? 0
  }

  private add(worker: Worker): number {
    const row = this.workers.push(worker) - 1
    this.rows.set(worker.name, row)
    for (const table of [this.capacity, this.most, this.used, this.beyond]) for (const numbers of table) numbers.push(0)
    this.instances.push(0)
    this.counts[0] = (this.counts[0] ?? 0) + 1
    this.open.push(false)
    this.spare.push(false)
    this.rank.push(row)
    return row
  }

  private load(row: number): void {
    const { reserved, instances } = this.workers[row] as Worker
    const before = this.instances[row] ?? 0
    let freed = instances.size < before
    let differs = instances.size !== before
    for (let k = 0; k < this.used.length; k += 1) {
      const now = amount(reserved, k)
      const used = this.usedOf(k, row)
      freed ||= now < used
      differs ||= now !== used
      column(this.used, k)[row] = now
    }
    if (freed) this.freed.add(row)
    if (!differs) return
    this.count(row, instances.size)
    this.tell(row)
  }

  /** Keeps the number of instances, and the most that any worker has. */
  private count(row: number, instances: number): void {
    const before = this.instances[row] ?? 0
    this.counts[before] = (this.counts[before] ?? 0) - 1
    for (let size = this.counts.length; size <= instances; size += 1) this.counts.push(0)
    this.counts[instances] = (this.counts[instances] ?? 0) + 1
    this.instances[row] = instances
    this.mostInstances = Math.max(this.mostInstances, instances)
    while (this.mostInstances > 0 && this.counts[this.mostInstances] === 0) this.mostInstances -= 1
  }

  private survey(): void {
    this.membersChanged = false
    const open = this.workers.filter((_, row) => this.open[row])
    const spared = sparedOf(open)
    this.ranked = tieOrder(this.workers, this.seed)
    for (const [rank, row] of this.ranked.entries()) {
      this.rank[row] = rank
      this.spare[row] = spared.has(this.workers[row] as Worker)
    }
    this.known = factsOf(open, this.mostInstances, this.known.generation + 1)
  }

  private tell(row: number): void {
    for (let at = 0; at < this.watchers.length; at += 1) this.watchers[at]?.touch(row)
  }
}

/** The amount of the k-th resource, in the order of the terms. */
const amount = ({ cpuMilli, memoryBytes, diskBytes }: Resources, k: number): number =>
  k === 0 ? cpuMilli : k === 1 ? memoryBytes : diskBytes

const columns = (count: number): readonly number[][] => Array.from({ length: count }, () => [])

const column = (table: readonly number[][], at: number): number[] => table[at] as number[]

/** Things of consecutive numbers, of which those that were not asked for yet are alike in all else. */
export interface Stretch<A> {
  readonly from: number
  /** The number after the last. */
  readonly to: number
  /** What they are like; its own number says nothing. */
  readonly like: A
  /** How many were not asked for yet. */
  readonly size: number
}

type Kept<A> = { -readonly [K in keyof Stretch<A>]: Stretch<A>[K] }

/** So few that looking through them costs nothing; beyond, the oldest are made and become one. */
const MOST_STRETCHES = 16

/**
 * Things by their number, from 0, without a gap. There may be 100,000 of whom nothing but their number is known: one is
 * made when it is asked for, and the same from then on, so that what nobody asks for costs nothing.
 */
export class Series<A> implements Iterable<A> {
  /** Those from 0 on of which none is missing: of a million a list takes a fraction of what a map does. */
  private readonly first: A[] = []
  /** The others that were asked for. */
  private readonly known = new Map<number, A>()
  private stretches: Kept<A>[] = []
  /** Whether `known` is in the order of the numbers. */
  private ordered = true
  private last = -1

  /** @param copy Makes the one of a number. */
  constructor(private readonly copy: (like: A, index: number) => A) {}

  get length(): number {
    return this.stretches.at(-1)?.to ?? 0
  }

  /** Undefined where there is none of that number. */
  at(index: number): A | undefined {
    return index < this.first.length ? this.first[index] : (this.known.get(index) ?? this.make(index))
  }

  /** All of them, made as they come. */
  *[Symbol.iterator](): Generator<A> {
    for (let index = 0; index < this.length; index += 1) {
      const one = this.at(index)
      if (one !== undefined) yield one
    }
  }

  /** Those that were ever asked for, in order. */
  made(): Iterable<A> {
    if (this.known.size === 0) return this.first
    if (!this.ordered) this.order()
    return [...this.first, ...this.known.values()]
  }

  /** Those that were not: together, so that what holds for all of them costs no more than for one. */
  get alike(): readonly Stretch<A>[] {
    return this.stretches.filter(({ size }) => size > 0)
  }

  /** Adds as many as it takes to be so many. */
  extend(length: number, like: A): void {
    const from = this.length
    if (length <= from) return
    if (this.stretches.length >= MOST_STRETCHES) this.join()
    this.stretches.push({ from, to: length, like, size: length - from })
  }

  /** Sees to it that no stretch goes across a number, so that those before may become unlike those from there on. */
  split(at: number): void {
    const place = this.stretches.findIndex(({ from, to }) => from < at && at < to)
    const stretch = this.stretches[place]
    if (stretch === undefined || stretch.size === 0) return
    const { from, to, like } = stretch
    let before = at - from - Math.max(0, Math.min(at, this.first.length) - from)
    for (const index of this.known.keys()) if (from <= index && index < at) before -= 1
    const rest = { from: at, to, like: this.copy(like, at), size: stretch.size - before }
    this.stretches.splice(place, 1, { from, to: at, like, size: before }, rest)
    if (this.stretches.length > MOST_STRETCHES) this.join()
  }

  /** Also the stretches in which all were asked for: with `made` it says all that there is to know. */
  get all(): readonly Stretch<A>[] {
    return this.stretches
  }

  /** Takes back one that `made` gave, in its order. */
  restore(index: number, one: A): void {
    this.add(index, one)
  }

  /** Takes back one that `all` gave, in its order. */
  restoreAlike(stretch: Stretch<A>): void {
    this.stretches.push({ ...stretch })
  }

  private make(index: number): A | undefined {
    for (const stretch of this.stretches) {
      if (!(index >= stretch.from && index < stretch.to)) continue
      stretch.size -= 1
      const one = this.copy(stretch.like, index)
      this.add(index, one)
      return one
    }
    return undefined
  }

  private add(index: number, one: A): void {
    if (index === this.first.length) return this.follow(one)
    if (index < this.last) this.ordered = false
    else this.last = index
    this.known.set(index, one)
  }

  /** The one that was missing, with those behind it that were there already. */
  private follow(one: A): void {
    const { first, known } = this
    for (let next: A | undefined = one; next !== undefined; next = known.get(first.length)) {
      known.delete(first.length)
      first.push(next)
    }
    if (known.size > 0) return
    this.ordered = true
    this.last = -1
  }

  private order(): void {
    const sorted = [...this.known].sort(([a], [b]) => a - b)
    this.known.clear()
    for (const [index, one] of sorted) this.known.set(index, one)
    this.ordered = true
  }

  /** Makes the first two stretches one, in which there is nobody left to ask for. */
  private join(): void {
    const [first, second] = this.stretches
    if (first === undefined || second === undefined) return
    for (let index = 0; index < second.to; index += 1) this.at(index)
    this.stretches.splice(0, 2, { from: 0, to: second.to, like: second.like, size: 0 })
  }
}

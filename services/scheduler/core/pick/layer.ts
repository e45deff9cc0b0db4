/** Numbers kept of each: the levels by term, then these. */
export const WIDTH = 9
/** What is free of each resource, less than nothing: so of all numbers the lowest counts. */
export const FREE = 4
/** What a usual request would cost, apart from the tier. */
export const USUAL = 7
/** Place in the order of ties. */
export const RANK = 8

/** Things of a layer in one of the layer above. */
const FAN = 8
/** Layers above that of the workers. */
const LAYERS = 3
/** Of the last digits of a bound: adding up in another order rounds otherwise. */
const ROUNDING = 1e-9

// An export is looked up at each use, which counts where a placement takes a few microseconds.
const NUMBERS = WIDTH
const [CPU, MEMORY, DISK, TYPICAL] = [FREE, FREE + 1, FREE + 2, USUAL]

/** What is asked for of each resource, less than nothing like what is free. */
export type Ask = Float64Array

/**
 * Rows of numbers: of workers, or of the blocks they stand in, or of the halls of those. Of a worker they are its level by
 * term, what is free of each resource (`-free`), what a usual request would cost, and its rank; of a block the lowest of
 * its workers'. Each group of workers has blocks of its own, one group after the other.
 */
export class Layer {
  readonly numbers: Float64Array
  readonly bounds: Float64Array
  /** By group where it begins; at the end how many there are. */
  readonly starts: Int32Array
  /** By place: the first that it stands for in the layer below; at the end how many there are. */
  readonly first: Int32Array
  /** By place: which one it stands in, in the layer above. */
  readonly parents: Int32Array

  /** @param counts By group. */
  constructor(
    counts: readonly number[],
    readonly above: Layer | null,
  ) {
    this.starts = new Int32Array(counts.length + 1)
    for (const [group, count] of counts.entries()) this.starts[group + 1] = (this.starts[group] as number) + count
    const size = this.starts[counts.length] as number
    this.numbers = new Float64Array(size * NUMBERS)
    this.bounds = new Float64Array(size)
    this.first = new Int32Array(size + 1)
    this.parents = new Int32Array(size)
    if (above !== null) this.standIn(above)
  }

  private standIn({ starts, first }: Layer): void {
    for (let group = 0; group + 1 < this.starts.length; group += 1) {
      const from = this.starts[group] as number
      for (let at = from; at < (this.starts[group + 1] as number); at += 1) {
        const parent = (starts[group] as number) + Math.floor((at - from) / FAN)
        this.parents[at] = parent
        first[parent + 1] = at + 1
      }
    }
  }

  /** Makes all what follows from those below. */
  gather(below: Layer): void {
    for (let at = 0; at < this.bounds.length; at += 1) {
      for (let column = 0; column < NUMBERS; column += 1) {
        this.numbers[at * NUMBERS + column] = below.lowest(
          this.first[at] as number,
          this.first[at + 1] as number,
          column,
        )
      }
    }
  }

  /**
   * Works out below which cost nobody goes in some of them, with the weights that stand at `w`; infinity where nobody has
   * room. Returns the lowest one's place, -1 if there is none. As much of the weights as goes into usual ones (`w + 5`
   * times) counts by what a usual request costs at least, which one worker does in all its terms at once, and only the
   * rest by the lowest of each term.
   */
  bound(from: number, to: number, ask: Ask, weights: Float64Array, w: number): number {
    const { numbers, bounds } = this
    const tier = weights[w] as number
    const usual = weights[w + 5] as number
    const one = weights[w + 6] as number
    const two = weights[w + 7] as number
    const three = weights[w + 8] as number
    const four = weights[w + 9] as number
    const cpu = ask[0] as number
    const memory = ask[1] as number
    const disk = ask[2] as number
    let best = -1
    let lowest = Number.POSITIVE_INFINITY
    for (let place = from; place < to; place += 1) {
      const at = place * NUMBERS
      bounds[place] = Number.POSITIVE_INFINITY
      if ((numbers[at + CPU] as number) > cpu || (numbers[at + MEMORY] as number) > memory) continue
      if ((numbers[at + DISK] as number) > disk) continue
      const sum =
        tier +
        (numbers[at + TYPICAL] as number) * usual +
        (numbers[at] as number) * one +
        (numbers[at + 1] as number) * two +
        (numbers[at + 2] as number) * three +
        (numbers[at + 3] as number) * four
      const bound = sum - ROUNDING * (Math.abs(sum) + 1)
      bounds[place] = bound
      if (bound >= lowest) continue
      lowest = bound
      best = place
    }
    return best
  }

  /** The cost with the weights that stand at `w`: of a worker exactly; of a block nobody in it goes below. */
  cost(place: number, weights: Float64Array, w: number): number {
    const { numbers } = this
    const at = place * NUMBERS
    return (
      (weights[w] as number) +
      (numbers[at] as number) * (weights[w + 1] as number) +
      (numbers[at + 1] as number) * (weights[w + 2] as number) +
      (numbers[at + 2] as number) * (weights[w + 3] as number) +
      (numbers[at + 3] as number) * (weights[w + 4] as number)
    )
  }

  hasRoom(place: number, ask: Ask): boolean {
    const { numbers } = this
    const at = place * NUMBERS
    return (
      (numbers[at + CPU] as number) <= (ask[0] as number) &&
      (numbers[at + MEMORY] as number) <= (ask[1] as number) &&
      (numbers[at + DISK] as number) <= (ask[2] as number)
    )
  }

  /** The lowest of some. */
  lowest(from: number, to: number, column: number): number {
    const { numbers } = this
    let low = numbers[from * NUMBERS + column] as number
    for (let at = from + 1; at < to; at += 1) {
      const number = numbers[at * NUMBERS + column] as number
      if (number < low) low = number
    }
    return low
  }
}

/** Changes a worker's numbers, all but its rank, and the bounds above that rest on them; tells whether any was another. */
export const change = (workers: Layer, worker: number, numbers: Float64Array): boolean => {
  let differs = false
  for (let column = 0; column < NUMBERS - 1; column += 1) {
    let value = numbers[column] as number
    let before = workers.numbers[worker * NUMBERS + column] as number
    if (before === value) continue
    differs = true
    let place = worker
    for (let layer = workers; ; ) {
      layer.numbers[place * NUMBERS + column] = value
      const { above } = layer
      if (above === null) break
      place = layer.parents[place] as number
      const low = above.numbers[place * NUMBERS + column] as number
      if (value > low && before > low) break
      if (value > low) value = layer.lowest(above.first[place] as number, above.first[place + 1] as number, column)
      if (value === low) break
      before = low
      layer = above
    }
  }
  return differs
}

/** The layers over groups of so many workers, that of the workers first. */
export const layersOver = (counts: readonly number[]): readonly Layer[] => {
  const layers: Layer[] = []
  for (let height = LAYERS; height >= 0; height -= 1) {
    const wide = FAN ** height
    layers.unshift(
      new Layer(
        counts.map((count) => Math.ceil(count / wide)),
        layers[0] ?? null,
      ),
    )
  }
  return layers
}

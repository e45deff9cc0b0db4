import type { Table } from './weights'

/** Things of a layer in one of the layer above. */
export const FAN = 8

/**
 * Columns of numbers: of workers, or of the blocks they stand in. Of a block they are the lowest of its workers' levels
 * and ranks, and the most that any of them has free.
 */
export class Layer {
  readonly cpu: Float64Array
  readonly memory: Float64Array
  readonly disk: Float64Array
  readonly instances: Float64Array
  readonly freeCpu: Float64Array
  readonly freeMemory: Float64Array
  readonly freeDisk: Float64Array
  /** Place in the order of ties. */
  readonly rank: Float64Array

  /** Nobody is anywhere: nothing is free. */
  constructor(readonly size: number) {
    const filled = (value: number): Float64Array => new Float64Array(size).fill(value)
    this.cpu = filled(Number.POSITIVE_INFINITY)
    this.memory = filled(Number.POSITIVE_INFINITY)
    this.disk = filled(Number.POSITIVE_INFINITY)
    this.instances = filled(Number.POSITIVE_INFINITY)
    this.freeCpu = filled(-1)
    this.freeMemory = filled(-1)
    this.freeDisk = filled(-1)
    this.rank = filled(Number.POSITIVE_INFINITY)
  }

  hasRoom(at: number, cpu: number, memory: number, disk: number): boolean {
    return (
      (this.freeCpu[at] as number) >= cpu &&
      (this.freeMemory[at] as number) >= memory &&
      (this.freeDisk[at] as number) >= disk
    )
  }

  /** The cost with the weights that stand at `from`; of a block a bound that nobody in it goes below. */
  cost(at: number, table: Table, from: number): number {
    return (
      (table[from] as number) +
      (this.cpu[at] as number) * (table[from + 1] as number) +
      (this.memory[at] as number) * (table[from + 2] as number) +
      (this.disk[at] as number) * (table[from + 3] as number) +
      (this.instances[at] as number) * (table[from + 4] as number)
    )
  }

  /** Makes one what follows from those below it. */
  gather(at: number, below: Layer): void {
    const from = at * BLOCK
    this.cpu[at] = lowest(below.cpu, from)
    this.memory[at] = lowest(below.memory, from)
    this.disk[at] = lowest(below.disk, from)
    this.instances[at] = lowest(below.instances, from)
    this.freeCpu[at] = highest(below.freeCpu, from)
    this.freeMemory[at] = highest(below.freeMemory, from)
    this.freeDisk[at] = highest(below.freeDisk, from)
  }

  gatherRanks(at: number, below: Layer): void {
    this.rank[at] = lowest(below.rank, at * BLOCK)
  }
}

// As in the board: an export is looked up at each use.
const BLOCK = FAN

const lowest = (column: Float64Array, from: number): number => {
  let low = column[from] as number
  for (let at = from + 1; at < from + BLOCK; at += 1) if ((column[at] as number) < low) low = column[at] as number
  return low
}

const highest = (column: Float64Array, from: number): number => {
  let high = column[from] as number
  for (let at = from + 1; at < from + BLOCK; at += 1) if ((column[at] as number) > high) high = column[at] as number
  return high
}

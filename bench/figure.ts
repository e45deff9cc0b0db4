/** One measured figure. */
export interface Figure {
  /** `containers.up.10.ork` */
  readonly name: string
  readonly value: number
  readonly unit: string
  /** How many measurements it is the median of. */
  readonly n: number
  /** How many events, or whatever is counted, each measurement took. */
  readonly of?: number
  /** What is aimed at. */
  readonly goal?: number
}

/** A benchmark: reports its figures as they become known; rejects with what it lacks. */
export type Bench = (report: (figure: Figure) => void, args: readonly string[]) => Promise<void>

export const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  const [low = Number.NaN, high = Number.NaN] = [sorted[(sorted.length - 1) >> 1], sorted[middle]]
  return (low + high) / 2
}

/** Each ratio within its own round, so that what else the machine does weighs on both sides alike. */
export const medianRatio = (ours: readonly number[], limits: readonly number[]): number =>
  median(ours.map((value, at) => value / (limits[at] ?? Number.NaN)))

/** More digits than three are more than such a machine can tell. */
export const rounded = (value: number): number => Number(value.toPrecision(3))

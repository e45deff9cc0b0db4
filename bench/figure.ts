/** One measured figure. */
export interface Figure {
  /** `containers.up.10.ork` */
  readonly name: string
  readonly value: number
  readonly unit: string
  /** How many measurements it is the median of. */
  readonly n: number
}

/** A benchmark: reports its figures as they become known; rejects with what it lacks. */
export type Bench = (report: (figure: Figure) => void, args: readonly string[]) => Promise<void>

export const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  const [low = Number.NaN, high = Number.NaN] = [sorted[(sorted.length - 1) >> 1], sorted[middle]]
  return (low + high) / 2
}

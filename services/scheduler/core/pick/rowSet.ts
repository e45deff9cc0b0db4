/** Some of a fixed number of rows, each once, without leaving garbage. */
export class RowSet {
  private readonly has: Uint8Array
  private readonly rows: Int32Array
  /** How many there are; they stand in the order in which they came. */
  size = 0

  constructor(readonly bound: number) {
    this.has = new Uint8Array(bound)
    this.rows = new Int32Array(bound)
  }

  add(row: number): void {
    if (this.has[row] === 1) return
    this.has[row] = 1
    this.rows[this.size] = row
    this.size += 1
  }

  at(place: number): number {
    return this.rows[place] as number
  }

  clear(): void {
    for (let place = 0; place < this.size; place += 1) this.has[this.at(place)] = 0
    this.size = 0
  }
}

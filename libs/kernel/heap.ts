/**
 * A binary min-heap: `push` and `pop` in O(log n), `peek` in O(1). The order is total only as far as `before` is;
 * give it a tie-break where the outcome must be reproducible.
 */
export class Heap<T> {
  private readonly items: T[] = []

  constructor(private readonly before: (a: T, b: T) => boolean) {}

  get size(): number {
    return this.items.length
  }

  peek(): T | undefined {
    return this.items[0]
  }

  push(item: T): void {
    let at = this.items.push(item) - 1
    while (at > 0) {
      const parent = (at - 1) >> 1
      const above = this.items[parent] as T
      if (!this.before(item, above)) break
      this.items[at] = above
      at = parent
    }
    this.items[at] = item
  }

  pop(): T | undefined {
    const top = this.items[0]
    const last = this.items.pop()
    if (this.items.length > 0 && last !== undefined) this.sink(last)
    return top
  }

  private sink(item: T): void {
    let at = 0
    for (;;) {
      let child = 2 * at + 1
      if (child >= this.items.length) break
      if (child + 1 < this.items.length && this.before(this.items[child + 1] as T, this.items[child] as T)) child += 1
      if (!this.before(this.items[child] as T, item)) break
      this.items[at] = this.items[child] as T
      at = child
    }
    this.items[at] = item
  }
}

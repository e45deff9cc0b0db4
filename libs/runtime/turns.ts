/** At most so many commands about one thing, and in all: each holds its request, which may be half a MiB. */
const MOST_ABOUT_ONE = 256
const MOST = 1_024

/**
 * Lets what is about the same thing happen one after the other, in the order in which it came, and what is about
 * different things side by side. A flood about one thing leaves room for the others.
 */
export class Turns {
  private readonly lines = new Map<string, { last: Promise<unknown>; length: number }>()
  private total = 0

  /** What `work` comes to, when its turn has come; null, at once, when too much waits already. */
  take<T>(about: string, work: () => Promise<T>): Promise<T> | null {
    const line = this.lines.get(about) ?? { last: Promise.resolve(), length: 0 }
    if (line.length >= MOST_ABOUT_ONE || this.total >= MOST) return null
    this.lines.set(about, line)
    line.length += 1
    this.total += 1
    const done = line.last.then(work).finally(() => {
      line.length -= 1
      this.total -= 1
      if (line.length === 0) this.lines.delete(about)
    })
    line.last = done.catch(() => undefined) // what became of one is no business of the next
    return done
  }
}

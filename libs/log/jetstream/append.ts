import { type OrkError, orkError } from '#libs/kernel'
import type { Append, AppendResult } from '../port'
import type { UnitSource } from './intake'
import type { Link } from './link'
import { type Call, toWrite, Unit, type Write } from './units'
import type { Writer } from './writer'

/** Each event by itself: the n-th result is the n-th event's. */
export const append = (link: Link, writer: Writer, items: readonly Append[]): Promise<readonly AppendResult[]> =>
  new Promise((resolve, fail) => {
    if (items.length === 0) return resolve([])
    writer.submit(new Singles(link.prefix, items, resolve, fail))
  })

/** The units of one `append`, and the results as they come. */
class Singles implements UnitSource, Call {
  readonly call = this
  private at = 0
  private open: number
  private readonly results: AppendResult[]

  constructor(
    private readonly prefix: string,
    private readonly items: readonly Append[],
    private readonly resolve: (results: readonly AppendResult[]) => void,
    readonly fail: (cause: Error) => void,
  ) {
    this.open = items.length
    this.results = new Array<AppendResult>(items.length)
  }

  next(): Unit | null {
    for (;;) {
      const { at } = this
      const item = this.items[at]
      if (item === undefined) return null
      this.at += 1
      const write = toWrite(this.prefix, item)
      if (!('tag' in write)) return new Unit(write, null, this, at)
      this.settle(at, { tag: 'Refused', error: write })
    }
  }

  settle(at: number, result: AppendResult): void {
    this.results[at] = result
    this.open -= 1
    if (this.open === 0) this.resolve(this.results)
  }
}

/** All or nothing; expectations are as of before the first of them. */
export const appendTogether = (link: Link, writer: Writer, items: readonly Append[]): Promise<AppendResult> =>
  new Promise((resolve, fail) => {
    const writes: Write[] = []
    for (const item of items) {
      const write = toWrite(link.prefix, item)
      if ('tag' in write) return resolve({ tag: 'Refused', error: write })
      writes.push(write)
    }
    const [first, ...more] = writes
    if (first === undefined || writes.length > MOST_TOGETHER) {
      return resolve({ tag: 'Refused', error: badSize(writes.length) })
    }
    const call = { settle: (_at: number, result: AppendResult) => resolve(result), fail }
    const units = [new Unit(first, more.length === 0 ? null : more, call, 0)]
    writer.submit({ call, next: () => units.pop() ?? null })
  })

const MOST_TOGETHER = 1_000

const badSize = (size: number): OrkError =>
  orkError('BadSize', `${size} events cannot be written together; from 1 to ${MOST_TOGETHER} can`)

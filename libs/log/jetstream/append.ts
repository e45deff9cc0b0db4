import { type OrkError, orkError } from '#libs/kernel'
import type { Append, AppendResult } from '../port'
import type { Link } from './link'
import { toWrite, Unit, type Write } from './units'
import type { Writer } from './writer'

/** Each event by itself: the n-th result is the n-th event's. */
export const append = (link: Link, writer: Writer, items: readonly Append[]): Promise<readonly AppendResult[]> =>
  new Promise((resolve, fail) => {
    const results = new Array<AppendResult>(items.length)
    let open = items.length
    if (open === 0) resolve(results)
    const settle = (at: number, result: AppendResult): void => {
      results[at] = result
      open -= 1
      if (open === 0) resolve(results)
    }
    const call = { settle, fail }
    for (const [at, item] of items.entries()) {
      const write = toWrite(link.prefix, item)
      if ('tag' in write) settle(at, { tag: 'Refused', error: write })
      else writer.submit(new Unit(write, null, call, at))
    }
  })

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
    writer.submit(new Unit(first, more.length === 0 ? null : more, call, 0))
  })

const MOST_TOGETHER = 1_000

const badSize = (size: number): OrkError =>
  orkError('BadSize', `${size} events cannot be written together; from 1 to ${MOST_TOGETHER} can`)

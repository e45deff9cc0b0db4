import { type OrkError, orkError } from '#libs/kernel'
import type { Append, AppendResult } from '../port'
import type { Link } from './link'
import { toWrite, type Unit, type Write } from './units'
import type { Writer } from './writer'

const unitOf = (writes: readonly Write[], settle: Unit['settle'], fail: Unit['fail']): Unit => ({
  writes,
  filters:
    writes.length === 1 && writes[0] !== undefined ? [writes[0].filter] : [...new Set(writes.map((w) => w.filter))],
  settle,
  fail,
  blockedBy: 0,
  alone: writes.length > 1,
  unsureAfter: null,
})

/** Each event by itself: the n-th result is the n-th event's. */
export const append = (link: Link, writer: Writer, items: readonly Append[]): Promise<readonly AppendResult[]> =>
  new Promise((resolve, fail) => {
    const results = new Array<AppendResult>(items.length)
    let open = items.length
    if (open === 0) resolve(results)
    for (const [at, item] of items.entries()) {
      const settle = (result: AppendResult): void => {
        results[at] = result
        open -= 1
        if (open === 0) resolve(results)
      }
      const write = toWrite(link.prefix, item)
      if ('tag' in write) settle({ tag: 'Refused', error: write })
      else writer.submit(unitOf([write], settle, fail))
    }
  })

/** All or nothing; expectations are as of before the first of them. */
export const appendTogether = (link: Link, writer: Writer, items: readonly Append[]): Promise<AppendResult> =>
  new Promise((settle, fail) => {
    const writes: Write[] = []
    for (const item of items) {
      const write = toWrite(link.prefix, item)
      if ('tag' in write) return settle({ tag: 'Refused', error: write })
      writes.push(write)
    }
    if (writes.length === 0 || writes.length > MOST_TOGETHER)
      return settle({ tag: 'Refused', error: badSize(writes.length) })
    writer.submit(unitOf(writes, settle, fail))
  })

const MOST_TOGETHER = 1_000

const badSize = (size: number): OrkError =>
  orkError('BadSize', `${size} events cannot be written together; from 1 to ${MOST_TOGETHER} can`)

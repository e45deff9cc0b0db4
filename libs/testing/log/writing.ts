import { setTimeout as pause } from 'node:timers/promises'
import * as assert from 'uvu/assert'
import type { AppendResult, Connection } from '#libs/log'
import { aDecision, aFact } from '../logEvents'

/** Writes a few at a time, `restMs` apart, until it is stopped; then tells what became of each, and the longest wait. */
export const writing = ({ log }: Connection, restMs = 0) => {
  const written: { readonly id: string; readonly result: AppendResult | undefined }[] = []
  let stopped = false
  let longestMs = 0
  let last = performance.now()
  const lane = async (): Promise<void> => {
    while (!stopped) {
      const events = [...Array(10)].map(() => {
        next += 1
        return next % 2 === 0 ? { event: aDecision(next), expect: 0 } : { event: aFact(next % 7, 'other') }
      })
      const results = await log.append(events)
      longestMs = Math.max(longestMs, performance.now() - last)
      last = performance.now()
      written.push(...events.map(({ event }, at) => ({ id: event.id, result: results[at] })))
      if (restMs > 0) await pause(restMs)
    }
  }
  const lanes = Promise.all([lane(), lane(), lane()])
  return {
    /** Resolves when so many more were acknowledged. */
    more: async (count: number): Promise<void> => {
      for (const goal = written.length + count; written.length < goal; ) await pause(20)
    },
    /** Resolves to how many were acknowledged, once nothing more has been for two seconds. */
    atRest: async (): Promise<number> => {
      for (let seen = -1; seen !== written.length; await pause(2_000)) seen = written.length
      return written.length
    },
    stop: async () => {
      stopped = true
      await lanes
      return { written, longestMs: Math.round(longestMs) }
    },
  }
}
/** Of the decisions, each about an instance of its own. */
let next = 0

/** After a cut is mended a server that led before may still tell where the log ended then. */
const READ_WITHIN_MS = 60_000

/** That each was stored, where it was said to be, and once. */
export const assertStored = async (
  { log }: Connection,
  { written }: Awaited<ReturnType<ReturnType<typeof writing>['stop']>>,
): Promise<void> => {
  const last = Math.max(...written.map(({ result }) => (result?.tag === 'Stored' ? result.seq : 0)))
  const stored = new Map<number, string>()
  for (const giveUp = Date.now() + READ_WITHIN_MS; !stored.has(last) && Date.now() < giveUp; await pause(200)) {
    for await (const entries of log.read({ from: 1 })) {
      for (const { seq, event } of entries) if ('id' in event) stored.set(seq, event.id)
    }
  }
  assert.is(new Set(stored.values()).size, stored.size, 'no event stands twice')
  for (const { id, result } of written) {
    assert.is(result?.tag, 'Stored')
    if (result?.tag === 'Stored') assert.is(stored.get(result.seq), id, `at ${result.seq} of ${last}`)
  }
}

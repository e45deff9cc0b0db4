import { EVENTS, type OrkEvent } from '#libs/events'
import type { Invariant } from './invariant'

/** What was asked before it was told so may still be on its way to be decided. */
const PATIENCE_MS = 10_000

/** Who was told that the log has come to its reserve, and has heard nothing else since, begins nothing more. */
export const reserve: Invariant = {
  name: 'the reserve of a full log is left to facts',
  watch: ({ time }, fail) => {
    const fullSince = new Map<string, number>()
    return {
      informed: (process, isFull) => {
        if (!isFull) fullSince.delete(process)
        else if (!fullSince.has(process)) fullSince.set(process, time.now)
      },
      asked: (process, event) => {
        const ms = time.now - (fullSince.get(process) ?? time.now)
        if (begins(event) && ms > PATIENCE_MS)
          fail(`${event.type} of ${event.subject} by ${process}, which knew for ${ms} ms that the log is full`)
      },
    }
  },
}

const begins = ({ type }: OrkEvent): boolean =>
  type === 'JobSubmitted' || (EVENTS[type].nature === 'decision' && EVENTS[type].topic !== 'control')

import type { OrkEvent } from '#libs/events'
import type { Log } from '#libs/log'

const CALL = 5_000

/** Writes the next so many events to the log. Rejects where one is not stored. */
export const fill = async (log: Log, events: Iterator<OrkEvent>, count: number): Promise<void> => {
  for (let written = 0; written < count; ) {
    const items: { readonly event: OrkEvent }[] = []
    while (items.length < Math.min(CALL, count - written)) {
      const next = events.next()
      if (next.done === true) throw new Error('the history is too short')
      items.push({ event: next.value })
    }
    const results = await log.append(items)
    if (results.some(({ tag }) => tag !== 'Stored')) throw new Error('the history could not be written')
    written += items.length
  }
}

import { isFrozen } from '#libs/cluster'
import { aggregateOf, EVENTS } from '#libs/events'
import type { Invariant } from './invariant'

/** Whoever has folded an event that it cannot read asks for nothing more of what that is about, until it is skipped. */
export const held: Invariant = {
  name: 'nothing is decided about what cannot be read',
  watch: ({ truth }, fail) => {
    const decidedAt = new Map<string, number>()
    return {
      asked: (_, event, seq) => void decidedAt.set(event.id, seq),
      stored: ({ seq, event }) => {
        const aggregate = aggregateOf(event)
        if (EVENTS[event.type].nature === 'fact' || !isFrozen(truth, aggregate)) return
        const since = truth.quarantined.get(aggregate)?.seq ?? seq
        if (since <= (decidedAt.get(event.id) ?? 0))
          fail(`${event.type} of ${event.subject} at ${seq}, of which ${since} cannot be read`)
      },
    }
  },
}

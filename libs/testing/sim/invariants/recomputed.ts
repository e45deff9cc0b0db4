import type { EventOf } from '#libs/events'
import { Recomputing } from '../../recomputed'
import type { Invariant } from './invariant'

/** Whoever led, however stalled, and by whatever policy: what was decided follows from the log up to where it says. */
export const recomputed: Invariant = {
  name: 'every placement, decided again from the log, is on the same worker',
  watch: ({ servers }, fail) => {
    const again = new Recomputing((seq) => servers.at(seq)?.entry)
    let decided: { seq: number; data: EventOf<'TaskScheduled'>['data'] }[] = []
    return {
      stored: ({ seq, event }) => {
        if (event.type === 'TaskScheduled') decided.push({ seq, data: event.data })
      },
      looked: () => {
        const due = decided
        decided = []
        for (const difference of again.differences(due)) fail(difference)
      },
    }
  },
}

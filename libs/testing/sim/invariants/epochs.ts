import { EVENTS } from '#libs/events'
import type { LogInvariant } from './invariant'

/** Counted here anew, and not by the fold: each epoch has one leader, and who was succeeded decides nothing. */
export const epochs: LogInvariant = {
  name: 'no decision of an older epoch takes effect',
  watch: (_, fail) => {
    const leaders: Record<string, { epoch: number; source: string }> = {}
    return {
      stored: ({ seq, event, took }) => {
        if (event.type === 'LeaderElected') {
          const { role, epoch } = event.data
          const known = leaders[role]?.epoch ?? 0
          if (epoch !== known + 1) fail(`epoch ${epoch} of the ${role} at ${seq} follows epoch ${known}`)
          leaders[role] = { epoch, source: event.source }
          return
        }
        const { nature, owner } = EVENTS[event.type]
        if (nature !== 'decision') return
        const leader = leaders[owner] ?? { epoch: 0, source: '' }
        const isCurrent = event.epoch === leader.epoch && event.source === leader.source
        if (took === 'effect' && !isCurrent)
          fail(`${event.type} at ${seq} by ${event.source}, epoch ${event.epoch}, took effect`)
        if (took === 'stale' && isCurrent) fail(`${event.type} at ${seq} was of the newest epoch and had no effect`)
      },
    }
  },
}

import { isPlaced, jobSeq } from '#libs/cluster'
import { EVENTS, type OrkEvent } from '#libs/events'
import type { World } from '../world'
import type { Invariant } from './invariant'

/**
 * A decision is made on what is folded and refused if its aggregate has moved on, so it is always a legal step, unless
 * its job has moved meanwhile: that is another aggregate. So is a fact of a placement that is still open, the first
 * time it is told. Facts of placements that are over, what a dead process had sent, and what comes behind a fact that was
 * lost with a damaged journal, come as they may.
 */
export const lifecycle: Invariant = {
  name: 'only legal steps are taken',
  watch: (world, fail) => {
    const ids = new Set<string>()
    /** By the decision's id: how much of the log its writer had folded. */
    const decidedAt = new Map<string, number>()
    const writer = new Map<string, string>()
    const damaged = new Set<number>()
    return {
      lost: ({ draft }) => {
        if ('placement' in draft.data) damaged.add(draft.data.placement)
      },
      asked: (process, event, seq) => {
        decidedAt.set(event.id, seq)
        writer.set(event.id, process)
      },
      stored: ({ seq, event, took, before }) => {
        if (took === 'effect' && before !== null && 'placement' in event.data) {
          const { placement } = event.data
          if (placement !== before.placedSeq && placement !== before.retiringSeq) {
            fail(`${event.type} of ${event.subject} at ${seq} was taken for another placement's`)
          }
        }
        const isFirst = !ids.has(event.id)
        ids.add(event.id)
        if (took !== 'illegal' || !isFirst) return
        if (EVENTS[event.type].nature !== 'fact') {
          if (jobSeqOf(world, event) > (decidedAt.get(event.id) ?? 0)) return
          return fail(`${event.type} of ${event.subject} at ${seq} was no legal step`)
        }
        if (before === null || !('placement' in event.data) || !world.isAlive(writer.get(event.id) ?? '')) return
        const isOpen = isPlaced(before.state) && before.state !== 'stopping'
        if (isOpen && event.data.placement === before.placedSeq && !damaged.has(before.placedSeq)) {
          fail(`${event.type} of ${event.subject} at ${seq} was no legal step from ${before.state}`)
        }
      },
    }
  },
}

const jobSeqOf = ({ truth }: World, { data }: OrkEvent): number => ('index' in data ? jobSeq(truth, data.job) : 0)

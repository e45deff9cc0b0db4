import type { AttemptRef } from '#libs/drivers'
import { instanceId } from '#libs/kernel'
import type { World } from '../world'
import type { Invariant } from './invariant'

const keyOf = (ref: AttemptRef): string => `${instanceId(ref)}#${ref.attempt}@${ref.placement}`

/** Once a start was told of, that attempt never starts again, on any machine; and what is told of is its container. */
export const oneContainer: Invariant = {
  name: 'no attempt has two containers',
  watch: (_, fail) => {
    const told = new Set<string>()
    const made = new Map<string, string>()
    return {
      stored: ({ seq, event, took }) => {
        if (event.type !== 'TaskStarted') return
        if (took === 'effect') told.add(keyOf(event.data))
        const { worker, container } = event.data
        const whose = made.get(`${worker}/${container}`)
        if (whose !== keyOf(event.data)) fail(`TaskStarted at ${seq} tells of ${container}, which is of ${whose}`)
      },
      started: (worker, { ref, id }) => {
        made.set(`${worker}/${id}`, keyOf(ref))
        if (told.has(keyOf(ref))) fail(`${keyOf(ref)} was started again on ${worker}`)
      },
    }
  },
}

/**
 * Two containers of an instance run at once only where the log has given one of them up for lost: its worker was
 * silent for too long, and may do what it was told until it hears of that.
 */
export const runsOnce: Invariant = {
  name: 'no instance runs twice',
  watch: (world, fail) => {
    const lost = new Set<number>()
    return {
      stored: ({ event, took }) => {
        if (event.type === 'TaskLost' && took === 'effect') lost.add(event.data.placement)
      },
      started: (worker, { ref }) => {
        if (lost.has(ref.placement)) return
        for (const other of runningOf(world, ref)) {
          if (lost.has(other.ref.placement)) continue
          fail(`${keyOf(ref)} was started on ${worker} while ${keyOf(other.ref)} runs on ${other.worker}`)
        }
      },
    }
  },
}

/** The other running containers of the same instance, everywhere. */
function* runningOf({ engines }: World, { job, task, index, attempt, placement }: AttemptRef) {
  for (const { worker, containers } of engines.values()) {
    for (const { ref, state } of containers) {
      if (state !== 'running' || ref.job !== job || ref.task !== task || ref.index !== index) continue
      if (ref.attempt !== attempt || ref.placement !== placement) yield { worker, ref }
    }
  }
}

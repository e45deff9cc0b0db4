import { type Attempt, findInstance } from '#libs/cluster'
import type { AttemptRef } from '#libs/drivers'
import { instanceId } from '#libs/kernel'
import type { World } from '../world'
import type { Invariant } from './invariant'

/** What tells a container from all others of the run. */
export const keyOf = (ref: AttemptRef): string =>
  `${instanceId(ref)}#${ref.attempt}@${ref.placement}${ref.hook === undefined ? '' : `.${ref.hook}`}`

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

type Placed = Pick<Attempt, 'spec' | 'lostAfterMs'>

/**
 * Two containers of an instance run at once only where its update has the old one retire beside the new one, or where
 * the log has given one of them up for lost: its worker was silent for too long, and may do what it was told until it
 * hears of that. Not even then where it is to stop by itself (`onDisconnect: stop`), if that worker and its engine
 * could do so. One that retired and ended may have begun again before its worker heard of either, and that worker be
 * unable to stop it now.
 */
export const runsOnce: Invariant = {
  name: 'no instance runs twice',
  watch: (world, fail) => {
    const placed = new Map<number, Placed>()
    const lost = new Set<number>()
    const retired = new Set<number>()
    const mayOverlap = (a: Running, b: Running): boolean =>
      [a, b].some(({ ref, worker }) => {
        const how = placed.get(ref.placement)
        const isStuck = how === undefined || !couldStop(world, worker, how)
        if (lost.has(ref.placement)) return how?.spec.onDisconnect !== 'stop' || isStuck
        return isRetiring(world, ref) || (retired.has(ref.placement) && isStuck)
      })
    return {
      stored: ({ seq, event, took }) => {
        if (took !== 'effect') return
        if (event.type === 'TaskLost') lost.add(event.data.placement)
        if (event.type === 'TaskReplaceRequested') retired.add(event.data.placement)
        if (event.type !== 'TaskScheduled') return
        const instance = findInstance(world.truth, event.data.job, event.data.task, event.data.index)
        if (instance !== undefined) placed.set(seq, { spec: instance.spec, lostAfterMs: instance.lostAfterMs })
      },
      started: (worker, { ref }) => {
        for (const other of runningOf(world, ref)) {
          if (mayOverlap({ worker, ref }, other)) continue
          fail(`${keyOf(ref)} was started on ${worker} while ${keyOf(other.ref)} runs on ${other.worker}`)
        }
      },
    }
  },
}

const isRetiring = ({ truth }: World, ref: AttemptRef): boolean =>
  findInstance(truth, ref.job, ref.task, ref.index)?.retiring?.placedSeq === ref.placement

/** Longer than a worker needs for noticing, on top of what the job gives it. */
const NOTICE_MS = 10_000

/** Whether nothing but the network kept a worker from stopping what it ran: its process and its engine did their work. */
const couldStop = (world: World, name: string, { spec, lostAfterMs }: Placed): boolean => {
  const [node, engine] = [world.node(name), world.engines.get(name)]
  if (engine === undefined || !node.isStarted || node.isPaused || node.away || !engine.isReachable) return false
  const since = world.time.now - lostAfterMs - spec.stop.graceMs - NOTICE_MS
  return node.troubledAt < since && engine.troubledAt < since
}

interface Running {
  readonly worker: string
  readonly ref: AttemptRef
}

/** The other running containers of the same instance, everywhere; those of its hooks, too. */
function* runningOf({ engines }: World, of: AttemptRef): Generator<Running> {
  const { job, task, index } = of
  for (const { worker, containers } of engines.values()) {
    for (const { ref, state } of containers) {
      if (state !== 'running' || ref.job !== job || ref.task !== task || ref.index !== index) continue
      if (keyOf(ref) !== keyOf(of)) yield { worker, ref }
    }
  }
}

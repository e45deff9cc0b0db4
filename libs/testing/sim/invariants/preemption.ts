import { type Cluster, findInstance, type Instance, isColocated, isPlaced, isWanted } from '#libs/cluster'
import type { EventOf } from '#libs/events'
import { instanceId } from '#libs/kernel'
import { DEFAULT_PRIORITY } from '#libs/spec'
import { recompute } from '../../../../services/scheduler/core'
import { MARGIN } from '../../../../services/scheduler/core/preempt'
import { hasElders } from '../room'
import type { LogInvariant } from './invariant'

/**
 * Of what happened between a decision and its place in the log it knows nothing: where anything did, only what it says of
 * itself is looked at.
 */
export const preemption: LogInvariant = {
  name: 'only what matters less by a margin, of another job, is preempted, and only where nothing is free',
  watch: ({ truth }, fail) => {
    /** The last event that is no placement, or the like, of the batch that was decided as of a sequence. */
    let crossed = { asOf: 0, seq: 0 }
    return {
      stored: ({ seq, event, took }) => {
        const asOf = 'asOf' in event.data ? event.data.asOf : null
        if (asOf === null || asOf !== crossed.asOf) crossed = { asOf: asOf ?? 0, seq: asOf === seq - 1 ? 0 : seq }
        if (event.type !== 'TaskPreempted' || took !== 'effect') return
        const wrong = wrongIn(event.data) ?? (crossed.seq === 0 ? wrongThen(event.data) : null)
        if (wrong !== null) fail(`${instanceId(event.data)} was preempted at ${seq} ${wrong}`)
      },
    }

    function wrongThen({ by, job }: EventOf<'TaskPreempted'>['data']): string | null {
      const instance = findInstance(truth, by.job, by.task, by.index)
      const id = instanceId(by)
      if (!truth.scheduling.preemption) return 'though that is switched off'
      if (instance === undefined || isPlaced(instance.state) || !isWanted(instance))
        return `for ${id}, which waits for nothing`
      for (const [name, priority] of [
        [by.job, by.priority],
        [job, null],
      ] as const) {
        const is = truth.jobs.get(name)?.spec.priority ?? DEFAULT_PRIORITY
        if (priority !== null && is !== priority) return `for ${id}, whose priority is ${is}`
      }
      // With one of a replica goes the room that was kept for those that had to follow it, and that is free by now.
      const victims = truth.jobs.get(job)
      if (victims !== undefined && isColocated(victims)) return null
      const free = freeFor(truth, instance)
      return free === null ? null : `for ${id}, though ${free} was free for it`
    }
  },
}

/**
 * A worker that would take it once all who have their turn before it have a place: what was decided about them, in the same
 * batch, may not have come into the log. As if no room were made for it yet.
 */
const freeFor = (truth: Cluster, instance: Instance): string | null => {
  if (isColocated(instance.task.job)) return null // its replica has its claim as a whole
  if (hasElders(truth, instance)) return null // the worker may have been kept for one of them, who was told of since
  const { awaits } = instance
  instance.awaits = null
  const found = recompute(truth, instance)?.workers.find(({ fits }) => fits)
  instance.awaits = awaits
  return found?.worker ?? null
}

const wrongIn = ({ job, priority, by }: EventOf<'TaskPreempted'>['data']): string | null => {
  if (job === by.job) return 'by one of its own job'
  return by.priority - priority < MARGIN ? `by ${by.priority} over ${priority}` : null
}

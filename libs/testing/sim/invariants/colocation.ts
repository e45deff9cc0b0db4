import {
  findInstance,
  type Instance,
  idOf,
  instanceOf,
  isColocated,
  isPlaced,
  matesOf,
  type Worker,
} from '#libs/cluster'
import type { LogInvariant } from './invariant'

/**
 * Of current attempts, which are not about to end, on workers that are not being emptied: what retires, or is on its way
 * from there, is in the midst of a move.
 */
export const colocation: LogInvariant = {
  name: 'a replica whose tasks share a worker is on one',
  watch: ({ truth }, fail) => {
    /** Jobs whose tasks shared workers when they were last told of. */
    const colocated = new Set<string>()
    /** Those that may be apart until they are seen together: they were so before that was asked for, or were half-way moved. */
    const excused = new Set<string>()
    const excuse = (instance: Instance): void => {
      for (const one of [instance, ...matesOf(instance)]) excused.add(idOf(one))
    }
    const stays = ({ state, worker, task }: Instance): boolean => {
      const intake = truth.workers.get(worker ?? '')?.intake
      const isLeft = task.job.kind === 'service' && (intake === 'draining' || intake === 'drained')
      return isPlaced(state) && state !== 'stopping' && !isLeft
    }

    return {
      stored: ({ event, took, seq }) => {
        if (event.type === 'WorkerUncordoned') {
          for (const attempt of of(truth.workers.get(event.data.worker))) excuse(instanceOf(attempt))
        }
        if (event.type === 'JobSubmitted') {
          const job = truth.jobs.get(event.data.job)
          if (job === undefined) return
          const was = colocated.has(job.name) && job.kind !== 'cron' // the replicas of its runs are counted anew
          if (isColocated(job)) colocated.add(job.name)
          else colocated.delete(job.name)
          for (const { instances } of was ? [] : job.tasks.values()) for (const one of instances) excuse(one)
        }
        if (event.type !== 'TaskScheduled' || took !== 'effect') return
        const { job, task, index } = event.data
        const placed = findInstance(truth, job, task, index)
        if (placed === undefined || !isColocated(placed.task.job)) return
        const mates = matesOf(placed).filter(stays)
        const apart = stays(placed) ? mates.filter(({ worker }) => worker !== placed.worker) : []
        if (apart.length === 0) for (const one of [placed, ...mates]) excused.delete(idOf(one))
        for (const one of apart) {
          if (excused.has(idOf(placed)) || excused.has(idOf(one))) continue
          fail(`${idOf(placed)} was placed on ${placed.worker} at ${seq}, and ${idOf(one)} is on ${one.worker}`)
        }
      },
    }
  },
}

const of = (worker: Worker | undefined) => worker?.instances ?? []

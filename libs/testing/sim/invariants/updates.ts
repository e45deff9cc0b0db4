import { findInstance, isUp, isWanted, type Task } from '#libs/cluster'
import type { EventOf } from '#libs/events'
import { instanceId } from '#libs/kernel'
import { updateOf } from '#libs/spec'
import type { Stored } from '../observer'
import type { LogInvariant } from './invariant'

/**
 * By the settings of its task, an update or a drain takes an instance away only while fewer than `maxParallel` of those
 * that were taken before are not up again; and with `start-first` only once its successor is up. What ends by itself
 * meanwhile is not its doing, and what the time of a drain is up for has to go.
 */
export const updates: LogInvariant = {
  name: 'an update leaves as many healthy instances as it promises',
  watch: ({ truth }, fail) => {
    const taken = new Map<Task, Set<number>>()
    const decidedAt = new Map<string, number>()
    const takenOf = (task: Task): Set<number> => {
      const known = taken.get(task) ?? new Set()
      taken.set(task, known)
      return known
    }
    const take = (stored: Stored, { data, id, type }: Taking): void => {
      const instance = findInstance(truth, data.job, data.task, data.index)
      if (instance === undefined || !isWanted(instance)) return
      const { task } = instance
      const others = takenOf(task)
      others.delete(data.index)
      // A new version may ask for something else than the one by which it was decided.
      const hasMoved = task.job.seq > (decidedAt.get(id) ?? Number.POSITIVE_INFINITY)
      if (!hasMoved && !isOverdue(data)) {
        const wrong = wrongIn(stored, type, data, task, others)
        if (wrong !== null) fail(`${instanceId(data)} was taken down at ${stored.seq} ${wrong}`)
      }
      if (data.placement !== stored.before?.retiringSeq) others.add(data.index)
    }
    return {
      asked: (_, event, seq) => void decidedAt.set(event.id, seq),
      stored: (stored) => {
        const { event, took } = stored
        if (took !== 'effect') return
        switch (event.type) {
          case 'JobStopRequested':
          case 'JobSubmitted':
          case 'JobScaled':
          case 'JobReverted':
            for (const task of taken.keys()) if (task.job.name === event.data.job) taken.delete(task)
            return
          case 'TaskStarted':
          case 'TaskCompleted': {
            const task = truth.jobs.get(event.data.job)?.tasks.get(event.data.task)
            return task === undefined ? undefined : void takenOf(task).delete(event.data.index)
          }
          case 'TaskStopRequested':
          case 'TaskReplaceRequested':
            return take(stored, event)
        }
      },
    }
  },
}

type Taking = EventOf<'TaskStopRequested' | 'TaskReplaceRequested'>

const isOverdue = (data: Taking['data']): boolean => data.reason?.endsWith('its time is up') === true

const wrongIn = (
  { before }: Stored,
  type: Taking['type'],
  { placement }: Taking['data'],
  task: Task,
  others: ReadonlySet<number>,
): string | null => {
  const { order, maxParallel } = updateOf(task.spec)
  const startsFirst = order === 'start-first' && task.job.kind === 'service'
  if (type === 'TaskReplaceRequested' && !startsFirst) return 'by one beside it, though it is stopped first'
  if (placement === before?.retiringSeq) return isUp(before) ? null : 'before its successor was up'
  if (before?.state !== 'running') return null
  if (type === 'TaskStopRequested' && startsFirst && before.retiringSeq === null) return 'before it had a successor'
  return others.size >= maxParallel ? `while ${[...others].join(', ')} is not up again` : null
}

import { findInstance, isUp, isWanted, type Task } from '#libs/cluster'
import type { EventOf } from '#libs/events'
import { instanceId } from '#libs/kernel'
import { updateOf } from '#libs/spec'
import type { Stored } from '../observer'
import type { LogInvariant } from './invariant'

/**
 * By the settings of its task, an update or a drain takes an instance away only while fewer than `maxParallel` of those
 * that were taken before are not up again; and with `start-first` only once its successor is up: for `minHealthyMs`,
 * where there is a clock that all agree on. What ends by itself meanwhile is not its doing, and what the time of a drain
 * is up for has to go.
 */
export const updates: LogInvariant = {
  name: 'an update leaves as many healthy instances as it promises',
  watch: ({ truth, time }, fail) => {
    const now = (): number => time?.now ?? 0
    const taken = new Map<Task, Taken>()
    const decidedAt = new Map<string, { readonly seq: number; readonly ms: number }>()
    const takenOf = (task: Task): Taken => {
      const known = taken.get(task) ?? new Map()
      taken.set(task, known)
      return known
    }
    const take = (stored: Stored, { data, id, type }: Taking): void => {
      const instance = findInstance(truth, data.job, data.task, data.index)
      if (instance === undefined || !isWanted(instance)) return
      const { task } = instance
      const all = takenOf(task)
      const { seq, ms } = decidedAt.get(id) ?? { seq: Number.POSITIVE_INFINITY, ms: Number.POSITIVE_INFINITY }
      // A new version may ask for something else than the one by which it was decided.
      const hasMoved = task.job.seq > seq
      if (!hasMoved && !isOverdue(data)) {
        const wrong = wrongIn(stored, type, data, task, notSteady(all, task, ms))
        if (wrong !== null) fail(`${instanceId(data)} was taken down at ${stored.seq} ${wrong}`)
      }
      if (data.placement === stored.before?.retiringSeq) all.delete(data.index)
      else all.set(data.index, [])
    }
    return {
      asked: (_, event, seq) => void decidedAt.set(event.id, { seq, ms: now() }),
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
          case 'JobTargeted': // of a worker that the job has left nothing is missing
            for (const [task, all] of taken) {
              for (const index of all.keys()) if (!isWanted({ task, index })) all.delete(index)
            }
            return
          case 'TaskStarted':
          case 'TaskHealthChanged':
          case 'TaskCompleted': {
            const ofRetiring = 'placement' in event.data && event.data.placement === stored.before?.retiringSeq
            if (ofRetiring || !isGood(event)) return
            const { job, task: name, index } = event.data
            const task = truth.jobs.get(job)?.tasks.get(name)
            const all = task === undefined ? undefined : taken.get(task)
            if (event.type === 'TaskCompleted') return void all?.delete(index)
            const known = all?.get(index)
            return known === undefined ? undefined : void all?.set(index, [...known, now()])
          }
          case 'TaskStopRequested':
          case 'TaskReplaceRequested':
            return take(stored, event)
        }
      },
    }
  },
}

/** Those that were taken, each with when it was up again, once more for each time it had not been since. */
type Taken = Map<number, readonly number[]>

/** Those that were not up again, for as long as the settings of the task ask for, at a time. */
const notSteady = (taken: Taken, task: Task, ms: number): ReadonlySet<number> => {
  const { minHealthyMs } = updateOf(task.spec)
  const isSteady = (times: readonly number[]): boolean => {
    const upAt = times.findLast((time) => time <= ms) // what came after the decision counts for the next one
    return upAt !== undefined && ms - upAt >= minHealthyMs
  }
  return new Set([...taken].flatMap(([index, times]) => (isSteady(times) ? [] : [index])))
}

/** Whether the instance is up with it. */
const isGood = (event: EventOf<'TaskStarted' | 'TaskHealthChanged' | 'TaskCompleted'>): boolean => {
  switch (event.type) {
    case 'TaskStarted':
      return !event.data.checked
    case 'TaskHealthChanged':
      return event.data.health === 'healthy'
    case 'TaskCompleted':
      return true
  }
}

type Taking = EventOf<'TaskStopRequested' | 'TaskReplaceRequested'>

const isOverdue = (data: Taking['data']): boolean => data.reason?.endsWith('its time is up') === true

/** Whether its former attempt serves on, though its successor may not. */
const hasFormer = ({ instances }: Task, index: number): boolean => instances.at(index)?.retiring?.state === 'running'

const wrongIn = (
  { before }: Stored,
  type: Taking['type'],
  { placement, index }: Taking['data'],
  task: Task,
  unsteady: ReadonlySet<number>,
): string | null => {
  const { order, maxParallel } = updateOf(task.spec)
  const startsFirst = order === 'start-first' && task.job.kind === 'service'
  if (type === 'TaskReplaceRequested' && !startsFirst) return 'by one beside it, though it is stopped first'
  const isFormer = placement === before?.retiringSeq
  if (before === null || (!isFormer && !isUp(before))) return null // nobody misses it
  const waits = before.state === 'pending' && !startsFirst // for what its former attempt has
  if (isFormer && waits && !before.isRetiringUp) return null
  if (isFormer && !waits)
    return isUp(before) && !unsteady.has(index) ? null : 'before its successor was up for long enough'
  if (type === 'TaskStopRequested' && startsFirst && before.retiringSeq === null) return 'before it had a successor'
  const others = [...unsteady].filter((other) => other !== index && !(waits && hasFormer(task, other)))
  return others.length >= maxParallel ? `while ${others.join(', ')} is not up again for long enough` : null
}

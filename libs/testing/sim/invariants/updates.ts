import { findInstance, isOutdated, isWanted } from '#libs/cluster'
import { instanceId } from '#libs/kernel'
import type { LogInvariant } from './invariant'

/** How many instances of a task an update may have down at once. */
const AT_ONCE = 1

/**
 * An update takes an instance down only while all that it took down before are up again. What ends by itself
 * meanwhile is not its doing.
 */
export const updates: LogInvariant = {
  name: 'an update leaves as many healthy instances as it promises',
  watch: ({ truth }, fail) => {
    const down = new Map<string, Set<number>>()
    const downOf = (job: string, task: string): Set<number> => {
      const key = `${job}.${task}`
      const found = down.get(key) ?? new Set()
      down.set(key, found)
      return found
    }
    return {
      stored: ({ seq, event, took, before }) => {
        if (took !== 'effect') return
        if (event.type === 'JobStopRequested' || event.type === 'JobSubmitted') return forget(down, event.data.job)
        if (event.type === 'TaskStarted' || event.type === 'TaskCompleted') {
          downOf(event.data.job, event.data.task).delete(event.data.index)
        }
        if (event.type !== 'TaskStopRequested') return
        const { job, task, index } = event.data
        const instance = findInstance(truth, job, task, index)
        if (instance === undefined || !isWanted(instance) || !isOutdated(instance)) return
        const taken = downOf(job, task)
        taken.delete(index)
        if (taken.size >= AT_ONCE && before?.state === 'running') {
          fail(`${instanceId(event.data)} was taken down at ${seq} while ${[...taken].join(', ')} is not up again`)
        }
        taken.add(index)
      },
    }
  },
}

/** A new version begins anew: what the one before took down waits like everything else, and is looked at by the core. */
const forget = (down: Map<string, Set<number>>, job: string): void => {
  for (const key of down.keys()) if (key.startsWith(`${job}.`)) down.delete(key)
}

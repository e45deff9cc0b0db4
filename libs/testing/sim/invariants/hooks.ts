import { findInstance } from '#libs/cluster'
import type { TaskSpec } from '#libs/spec'
import { keyOf } from './containers'
import type { Invariant } from './invariant'

/** As they really ended, whatever their worker was told of it. That they run one after the other, `runsOnce` sees to. */
export const hooks: Invariant = {
  name: 'what runs before a start has succeeded when that comes, and nothing is said of a hook that did not happen',
  watch: ({ truth }, fail) => {
    const placed = new Map<number, TaskSpec>()
    const succeeded = new Set<string>()
    return {
      ended: (worker, { ref, exit }) => {
        if (ref.hook !== undefined && exit?.exitCode === 0) succeeded.add(`${worker}/${keyOf(ref)}`)
      },
      started: (worker, { ref }) => {
        if (ref.hook !== undefined) return
        for (const { name } of placed.get(ref.placement)?.prestart ?? []) {
          if (!succeeded.has(`${worker}/${keyOf({ ...ref, hook: name })}`))
            fail(`${keyOf(ref)} was started on ${worker}, and ${name} had not succeeded before it`)
        }
      },
      stored: ({ seq, event, took }) => {
        if (event.type === 'TaskHookEnded') {
          const { worker, exitCode, hook } = event.data
          if (exitCode === 0 && !succeeded.has(`${worker}/${keyOf(event.data)}`))
            fail(`${hook} of ${keyOf(event.data)} did not succeed on ${worker}, as is told at ${seq}`)
        }
        if (event.type !== 'TaskScheduled' || took !== 'effect') return
        const { job, task, index } = event.data
        const instance = findInstance(truth, job, task, index)
        if (instance !== undefined) placed.set(seq, instance.spec)
      },
    }
  },
}

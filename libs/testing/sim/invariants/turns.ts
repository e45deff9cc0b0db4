import { isPlaced, isWanted } from '#libs/cluster'
import { instanceId } from '#libs/kernel'
import type { LogInvariant } from './invariant'

/** What a job's kind promises, by the log alone. */
export const turns: LogInvariant = {
  name: 'of a batch job only so many are under way at once, and it has completed when so many have succeeded as it asks for',
  watch: ({ truth }, fail) => ({
    stored: ({ seq, event, took }) => {
      if (took !== 'effect') return
      if (event.type === 'TaskScheduled') {
        const task = truth.jobs.get(event.data.job)?.tasks.get(event.data.task)
        if (task?.spec.parallelism === undefined) return
        const placed = [...task.instances.made()].filter((instance) => isPlaced(instance.state) && isWanted(instance))
        if (placed.length > task.spec.parallelism) {
          fail(`${instanceId(event.data)} was placed at ${seq}, the ${placed.length}th at a time`)
        }
      }
      if (event.type === 'JobCompleted') {
        for (const { name, replicas, instances } of truth.jobs.get(event.data.job)?.tasks.values() ?? []) {
          const succeeded = [...instances.made()].filter(
            ({ index, state }) => index < replicas && state === 'completed',
          ).length
          if (succeeded !== replicas) fail(`${event.data.job} completed at ${seq} with ${succeeded} of ${name}`)
        }
      }
    },
  }),
}

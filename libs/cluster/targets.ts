import type { EventOf } from '#libs/events'
import type { Job, Task } from './model/job'
import { isAskedFor } from './queries'

/** Takes note of the workers that a system job gains and loses; returns the indices of its instances that this is about. */
export const noteTargets = (job: Job, { add, remove }: EventOf<'JobTargeted'>['data']): readonly number[] => {
  const indices: number[] = []
  const known = new Map(job.targets.map(({ worker }, index) => [worker, index]))
  for (const [workers, wanted] of [
    [add, true],
    [remove, false],
  ] as const) {
    for (const worker of workers) {
      const index = known.get(worker) ?? job.targets.length
      if (index === job.targets.length && !wanted) continue
      known.set(worker, index)
      job.targets[index] = { worker, wanted }
      indices.push(index)
    }
  }
  return indices
}

/** How many instances of a task are asked for. */
export const wantedCount = ({ job, replicas, instances }: Task): number => {
  let count = 0
  if (job.kind === 'cron') for (const instance of instances.made()) count += Number(isAskedFor(instance))
  if (job.kind === 'cron') return count
  if (job.kind !== 'system' || replicas === 0) return replicas
  for (const { wanted } of job.targets) if (wanted) count += 1
  return count
}

import { type Decision, type Instance, isOutdated, isPlaced, isWanted, type Job, type Task } from '#libs/cluster'
import { stopRequest } from './drafts'

/** What is to be done about a job that something happened to. */
export const decideJob = (job: Job): Decision[] => {
  switch (job.state) {
    case 'running':
      return job.kind === 'batch' && isSettled(job) ? [finished(job)] : [...job.tasks.values()].flatMap(replaceNext)
    case 'stopping':
      return isSettled(job)
        ? [{ draft: { type: 'JobStopped', data: { job: job.name, version: job.version } }, expect: job.seq }]
        : []
    case 'stopped':
    case 'completed':
    case 'failed':
      return []
  }
}

/** Nothing of the job waits or runs any more. */
const isSettled = (job: Job): boolean => {
  for (const { counts, retiring } of job.tasks.values()) {
    const busy = counts.pending + counts.scheduled + counts.starting + counts.running + counts.exited + counts.stopping
    if (busy + retiring > 0) return false
  }
  return true
}

const finished = (job: Job): Decision => {
  let failed = 0
  for (const { instances } of job.tasks.values()) {
    for (const instance of instances) if (isWanted(instance) && instance.state !== 'completed') failed += 1
  }
  const data = { job: job.name, version: job.version }
  return failed === 0
    ? { draft: { type: 'JobCompleted', data }, expect: job.seq }
    : { draft: { type: 'JobFailed', data: { ...data, failed } }, expect: job.seq }
}

/**
 * Brings a task to its newest template, one instance at a time: the next outdated one is stopped only while every
 * instance that has been replaced is up, so a version that does not come up goes no further than its first instance.
 * Those that do not run anyway go first: a version that mends a broken one must not wait for it.
 */
const replaceNext = (task: Task): Decision[] => {
  if (task.outdated === 0 || task.counts.pending + task.counts.stopping > 0) return []
  let next: Instance | null = null
  for (const instance of task.instances) {
    if (!isWanted(instance)) continue
    if (isPlaced(instance.state) && isOutdated(instance)) {
      if (next === null || (next.state === 'running' && instance.state !== 'running')) next = instance
    } else if (!isUp(instance)) return []
  }
  return next === null ? [] : [stopRequest(next, `replaced by version ${task.job.version}`)]
}

const isUp = ({ state }: Instance): boolean => state === 'running' || state === 'completed'

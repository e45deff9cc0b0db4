import { type Decision, hasReschedules, isWanted, type Job, type Now } from '#libs/cluster'
import { decideRollout } from './rollout'
import type { WhyMove } from './survey'
import type { ManagerView } from './view'

/** What is to be done about a job that something happened to; `whyMove` as for a rollout. */
export const decideJob = (view: ManagerView, job: Job, whyMove: WhyMove | null, now: Now): Decision[] => {
  if (job.state !== 'running') view.rollouts.delete(job)
  switch (job.state) {
    case 'running':
      return job.kind === 'batch' && isSettled(job) ? [finished(job)] : decideRollout(view, job, whyMove, now)
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

/** Nothing of the job waits or runs any more, or will again. */
const isSettled = (job: Job): boolean => {
  for (const task of job.tasks.values()) {
    const { counts, retiring } = task
    const busy = counts.pending + counts.scheduled + counts.starting + counts.running + counts.exited + counts.stopping
    if (busy + retiring > 0 || hasReschedules(task)) return false
  }
  return true
}

const finished = (job: Job): Decision => {
  let failed = 0
  for (const { instances } of job.tasks.values()) {
    for (const instance of instances.made()) if (isWanted(instance) && instance.state !== 'completed') failed += 1
  }
  const data = { job: job.name, version: job.version }
  return failed === 0
    ? { draft: { type: 'JobCompleted', data }, expect: job.seq }
    : { draft: { type: 'JobFailed', data: { ...data, failed } }, expect: job.seq }
}

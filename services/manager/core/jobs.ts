import { type Decision, hasEnded, isWanted, type Job, mayBePurged, type Now } from '#libs/cluster'
import { formatDuration } from '#libs/kernel'
import { decideCron } from './cron'
import { decideRollout } from './rollout'
import type { WhyMove } from './survey'
import { decideTargets } from './targets'
import { inVain } from './vain'
import type { ManagerView } from './view'

/** What is to be done about a job that something happened to; `whyMove` as for a rollout. */
export const decideJob = (view: ManagerView, job: Job, whyMove: WhyMove | null, now: Now): Decision[] => {
  if (job.state !== 'running') view.rollouts.delete(job)
  view.alarms.delete(job)
  switch (job.state) {
    case 'running':
      return decideRunning(view, job, whyMove, now)
    case 'stopping':
      return isSettled(job)
        ? [{ draft: { type: 'JobStopped', data: { job: job.name, version: job.version } }, expect: job.seq }]
        : []
    case 'stopped':
    case 'completed':
    case 'failed':
      return mayBePurged(job)
        ? [{ draft: { type: 'JobPurged', data: { job: job.name, version: job.version } }, expect: job.seq }]
        : []
    case 'purged':
      return []
  }
}

const decideRunning = (view: ManagerView, job: Job, whyMove: WhyMove | null, now: Now): Decision[] => {
  if (job.kind === 'cron') return decideCron(view, job, now)
  if (job.kind === 'batch') return decideBatch(view, job, whyMove, now)
  const targets = view.toTarget.delete(job) && job.kind === 'system' ? decideTargets(view, job) : null
  return targets === null ? decideRollout(view, job, whyMove, now) : [targets]
}

/** A batch job ends: when all of it has, when what is left waits in vain, or when its time is up. */
const decideBatch = (view: ManagerView, job: Job, whyMove: WhyMove | null, now: Now): Decision[] => {
  if (isSettled(job)) return [finished(job)]
  const vain = inVain(job)
  if (vain !== null) return [failed(job, vain)]
  const { deadlineMs } = job.spec
  if (deadlineMs === undefined) return decideRollout(view, job, whyMove, now)
  const until = (job.history.at(-1)?.time ?? 0) + deadlineMs
  if (until <= now.wall)
    return [failed(job, `it has not ended within its \`deadline\` of ${formatDuration(deadlineMs)}`)]
  view.alarms.set(job, until)
  return decideRollout(view, job, whyMove, now)
}

/** Nothing of the job waits or runs any more. */
const isSettled = (job: Job): boolean => [...job.tasks.values()].every(hasEnded)

/** How many instances have not succeeded. */
const countFailed = (job: Job): number => {
  let failed = 0
  for (const { instances, replicas } of job.tasks.values()) {
    failed += replicas
    for (const instance of instances.made()) if (isWanted(instance) && instance.state === 'completed') failed -= 1
  }
  return failed
}

const failed = (job: Job, reason: string): Decision => ({
  draft: { type: 'JobFailed', data: { job: job.name, version: job.version, failed: countFailed(job), reason } },
  expect: job.seq,
})

const finished = (job: Job): Decision => {
  const failed = countFailed(job)
  const data = { job: job.name, version: job.version }
  return failed === 0
    ? { draft: { type: 'JobCompleted', data }, expect: job.seq }
    : { draft: { type: 'JobFailed', data: { ...data, failed, reason: null } }, expect: job.seq }
}

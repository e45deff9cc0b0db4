import type { Decision, Job, Task } from '#libs/cluster'
import { sameSpec, updateOf } from '#libs/spec'

/**
 * What follows from an update that has failed: back to the last good version, if a task that is on its way asks for it
 * and there is one to go back to. It rests on the job's own history and nothing else.
 */
export const revertAfter = (job: Job): Decision | null => {
  const { update, stable, spec } = job
  if (update?.state !== 'failed' || update.restart || stable === null) return null
  if (stable.spec.kind !== spec.kind || sameSpec(stable.spec, spec)) return null
  if (![...job.tasks.values()].some((task) => isConcerned(job, task) && updateOf(task.spec).autoRevert)) return null
  const reason = `the update to version ${job.version} has failed: ${update.reason ?? 'for no known reason'}`
  return revertTo(job, stable.version, stable.spec, reason)
}

/** Whether a task is replaced by what came since the last good version, or because somebody asked for it. */
export const isConcerned = (job: Job, task: Task): boolean =>
  job.update?.restart === true ||
  task.templateVersion > (job.stable?.version ?? 0) ||
  task.outdated > 0 ||
  task.retiring > 0

/** A next version of the job, with the spec of an earlier one. */
export const revertTo = (job: Job, to: number, spec: Job['spec'], reason: string | null): Decision => ({
  draft: { type: 'JobReverted', data: { job: job.name, version: job.version + 1, to, reason, spec } },
  expect: job.seq,
})

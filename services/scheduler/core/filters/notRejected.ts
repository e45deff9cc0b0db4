import type { Filter } from './filter'

/** A worker that turned this version down is not asked again until it is started anew, or a restart is asked for. */
export const notRejected: Filter = {
  name: 'rejected',
  about: 'instance',
  rejects: ({ rejectedBy }, { worker }) =>
    rejectedBy.includes(worker.name) ? 'the worker turned this version down' : null,
  remedy: ({ task }) =>
    task.job.kind === 'cron' // there is no restart of its runs
      ? 'what it turned this one down for; once it is started again it is asked anew'
      : 'what it turned this one down for; then `ork restart` of the job has it asked again',
}

import type { Filter } from './filter'

/** A worker that turned this version down is not asked again until it is started anew, or a restart is asked for. */
export const notRejected: Filter = {
  name: 'rejected',
  about: 'instance',
  rejects: ({ rejectedBy }, { worker }) =>
    rejectedBy.includes(worker.name) ? 'the worker turned this version down' : null,
  remedy: () => 'what it turned this one down for; then `ork restart` of the job has it asked again',
}

import type { Filter } from './filter'

/** A worker that turned this version down is not asked again until it is started anew. */
export const notRejected: Filter = {
  name: 'rejected',
  about: 'instance',
  rejects: ({ rejectedBy }, { worker }) =>
    rejectedBy.includes(worker.name) ? 'the worker turned this version down' : null,
  remedy: () => 'another version of the job, or to be started so that it gives what it turned this one down for',
}

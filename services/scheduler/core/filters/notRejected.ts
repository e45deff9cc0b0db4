import type { Filter } from './filter'

/** A worker that turned this version down is not asked again. */
export const notRejected: Filter = {
  name: 'rejected',
  about: 'instance',
  rejects: ({ rejectedBy }, { worker }) =>
    rejectedBy.includes(worker.name) ? 'the worker turned this version down' : null,
  remedy: () => 'a new version of the job, as it turned this one down',
}

import type { Filter } from './filter'

/** Only workers that are heard of take new instances. */
export const workerReady: Filter = {
  name: 'ready',
  about: 'worker',
  rejects: (_, { worker }) => (worker.state === 'ready' ? null : `worker is ${worker.state}`),
}

import { isOpen } from '#libs/cluster'
import type { Filter } from './filter'

/** Only workers that are heard of, and neither cordoned nor drained, take new instances. */
export const workerReady: Filter = {
  name: 'ready',
  about: 'worker',
  rejects: (_, { worker }) =>
    isOpen(worker) ? null : `worker is ${worker.state === 'ready' ? worker.intake : worker.state}`,
  remedy: (_, { worker }) => (worker.state === 'ready' ? 'to be uncordoned' : 'to be heard of again'),
}

import { targetOf } from '#libs/cluster'
import type { Filter } from './filter'

/** Each instance of a system job is for one worker alone. */
export const target: Filter = {
  name: 'target',
  about: 'instance',
  rejects: (instance, { worker }) => {
    const target = targetOf(instance)
    return target === null || target === worker.name ? null : `the instance is for ${target}`
  },
  remedy: () => null,
}

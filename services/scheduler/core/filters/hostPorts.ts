import { hostPortKey } from '#libs/cluster'
import type { Filter } from './filter'

/** Two instances never share a fixed host port of one worker. */
export const hostPorts: Filter = {
  name: 'ports',
  about: 'instance',
  rejects: ({ task }, candidate) => {
    const taken = task.spec.ports.filter((port) => port.hostPort !== 0 && candidate.hostPorts.has(hostPortKey(port)))
    return taken.length === 0 ? null : `host port ${taken.map(hostPortKey).join(', ')} is taken`
  },
}

import { hostPortKey, type Instance } from '#libs/cluster'
import type { Candidate, Filter } from './filter'

/** Two instances never share a fixed host port of one worker. */
export const hostPorts: Filter = {
  name: 'ports',
  about: 'instance',
  rejects: (instance, candidate) => {
    const taken = takenOf(instance, candidate)
    return taken === '' ? null : `host port ${taken} is taken`
  },
  remedy: (instance, candidate) => `host port ${takenOf(instance, candidate)} to be free`,
}

const takenOf = ({ task }: Instance, { hostPorts }: Candidate): string =>
  task.spec.ports
    .filter((port) => port.hostPort !== 0 && hostPorts.has(hostPortKey(port)))
    .map(hostPortKey)
    .join(', ')

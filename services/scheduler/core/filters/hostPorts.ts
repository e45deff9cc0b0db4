import { hostPortKey, type Instance } from '#libs/cluster'
import { choosePorts } from '../choosePorts'
import type { Candidate, Filter } from './filter'

/** Two instances never share a host port of one worker, be it fixed or chosen of a range. */
export const hostPorts: Filter = {
  name: 'ports',
  about: 'instance',
  rejects: (instance, candidate) => {
    const taken = takenOf(instance, candidate)
    if (taken !== '') return `host port ${taken} is taken`
    const full = fullOf(instance, candidate)
    return full === '' ? null : `all host ports of ${full} are taken`
  },
  remedy: (instance, candidate) => {
    const taken = takenOf(instance, candidate)
    return taken === '' ? `a host port of ${fullOf(instance, candidate)} to be free` : `host port ${taken} to be free`
  },
}

const takenOf = ({ task }: Instance, { hostPorts }: Candidate): string =>
  task.spec.ports
    .filter((port) => port.hostPort !== 0 && hostPorts.has(hostPortKey(port)))
    .map(hostPortKey)
    .join(', ')

const fullOf = ({ task }: Instance, { hostPorts }: Candidate): string =>
  choosePorts(task.spec.ports, hostPorts)
    .flatMap(({ port: { hostPortRange: range, protocol }, hostPort }) =>
      hostPort !== null || range === undefined ? [] : [`${range.from}-${range.to}/${protocol}`],
    )
    .join(', ')

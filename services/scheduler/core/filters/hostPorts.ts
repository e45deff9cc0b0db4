import { hostPortKey, type Instance } from '#libs/cluster'
import { choosePorts } from '../choosePorts'
import type { Candidate, Filter } from './filter'

/** Two instances never share a host port of one machine, be it fixed or chosen of a range. */
export const hostPorts: Filter = {
  name: 'ports',
  about: 'instance',
  rejects: (instance, candidate) => {
    const taken = takenOf(instance, candidate)
    if (taken.length > 0)
      return `${portsText(taken)} ${taken.length === 1 ? 'is' : 'are'} taken${byOthers(taken, candidate)}`
    const full = fullOf(instance, candidate)
    if (full.length === 0) return null
    return `all host ports of ${textOf(full)} are taken${byOthers(full.flatMap(keysOf), candidate)}`
  },
  remedy: (instance, candidate) => {
    const taken = takenOf(instance, candidate)
    if (taken.length > 0) return `${portsText(taken)} to be free${onOthers(taken, candidate)}`
    return `a host port of ${textOf(fullOf(instance, candidate))} to be free`
  },
}

/** Those of its fixed ports that are taken. */
const takenOf = ({ task }: Instance, { hostPorts }: Candidate): readonly string[] =>
  task.spec.ports.filter((port) => port.hostPort !== 0 && hostPorts.has(hostPortKey(port))).map(hostPortKey)

const portsText = (keys: readonly string[]): string => `host ${keys.length === 1 ? 'port' : 'ports'} ${keys.join(', ')}`

/** A range of which all ports are taken. */
interface Full {
  readonly from: number
  readonly to: number
  readonly protocol: 'tcp' | 'udp'
}

const fullOf = (instance: Instance, { hostPorts }: Candidate): readonly Full[] =>
  choosePorts(instance, hostPorts).flatMap(({ port: { hostPortRange: range, protocol }, hostPort }) =>
    hostPort !== null || range === undefined ? [] : [{ ...range, protocol }],
  )

const textOf = (ranges: readonly Full[]): string =>
  ranges.map(({ from, to, protocol }) => `${from}-${to}/${protocol}`).join(', ')

const keysOf = ({ from, to, protocol }: Full): readonly string[] =>
  Array.from({ length: to - from + 1 }, (_, at) => hostPortKey({ hostPort: from + at, protocol }))

/** ` on w2, which shares w1's machine`; empty where the worker itself has them all. */
const byOthers = (taken: readonly string[], candidate: Candidate): string => {
  const { name } = candidate.worker
  const holders = holdersOf(taken, candidate)
  const others = holders.filter((holder) => holder !== name)
  if (others.length === 0) return ''
  const also = holders.length > others.length ? ', also' : ''
  return `${also} on ${others.join(', ')}, which ${others.length === 1 ? 'shares' : 'share'} ${name}'s machine`
}

const onOthers = (taken: readonly string[], candidate: Candidate): string => {
  const others = holdersOf(taken, candidate).filter((holder) => holder !== candidate.worker.name)
  return others.length === 0 ? '' : ` on ${others.join(', ')}`
}

const holdersOf = (taken: readonly string[], { holderOf }: Candidate): readonly string[] =>
  [...new Set(taken.map(holderOf))].filter((holder) => holder !== null).sort()

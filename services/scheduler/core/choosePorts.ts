import { hostPortKey, type Port } from '#libs/cluster'
import type { PortSpec } from '#libs/spec'

/**
 * A port of its machine for each port of a task that names a range: the lowest that is not taken. Those of one task never
 * overlap, so that each can be chosen by itself. Null for a port: all of its range are taken.
 */
export const choosePorts = (ports: readonly PortSpec[], taken: ReadonlySet<string>): readonly Choice[] =>
  ports
    .filter(({ hostPortRange }) => hostPortRange !== undefined)
    .map((port) => ({ port, hostPort: lowestFree(port, taken) }))

interface Choice {
  readonly port: PortSpec
  readonly hostPort: number | null
}

const lowestFree = ({ hostPortRange, protocol }: PortSpec, taken: ReadonlySet<string>): number | null => {
  const { from, to } = hostPortRange ?? { from: 1, to: 0 }
  for (let hostPort = from; hostPort <= to; hostPort += 1) {
    if (!taken.has(hostPortKey({ hostPort, protocol }))) return hostPort
  }
  return null
}

/** As TaskScheduled has them. */
export const chosenPorts = (ports: readonly PortSpec[], taken: ReadonlySet<string>): Port[] =>
  choosePorts(ports, taken).flatMap(({ port, hostPort }) => (hostPort === null ? [] : [{ name: port.name, hostPort }]))

import { hostPortKey, type Instance, type Port } from '#libs/cluster'
import type { PortSpec } from '#libs/spec'

/**
 * A port of its machine for each port of a task that names a range: the lowest that is not taken, and one further on for
 * each time that the instance has failed in a row (`reschedules`), since a stranger may have the lowest. Those of one task
 * never overlap, so that each can be chosen by itself. Null for a port: all of its range are taken.
 */
export const choosePorts = ({ task, reschedules }: Asking, taken: ReadonlySet<string>): readonly Choice[] =>
  task.spec.ports
    .filter(({ hostPortRange }) => hostPortRange !== undefined)
    .map((port) => ({ port, hostPort: freePort(port, taken, reschedules) }))

type Asking = Pick<Instance, 'task' | 'reschedules'>

interface Choice {
  readonly port: PortSpec
  readonly hostPort: number | null
}

const freePort = (port: PortSpec, taken: ReadonlySet<string>, passed: number): number | null => {
  const { from, to } = port.hostPortRange ?? { from: 1, to: 0 }
  const free: number[] = []
  for (let hostPort = from; hostPort <= to && free.length <= passed; hostPort += 1) {
    if (!taken.has(hostPortKey({ ...port, hostPort }))) free.push(hostPort)
  }
  return free[passed % Math.max(1, free.length)] ?? null
}

/** As TaskScheduled has them. */
export const chosenPorts = (asking: Asking, taken: ReadonlySet<string>): Port[] =>
  choosePorts(asking, taken).flatMap(({ port, hostPort }) => (hostPort === null ? [] : [{ name: port.name, hostPort }]))

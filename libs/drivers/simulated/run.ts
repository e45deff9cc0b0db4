import * as E from 'fp-ts/Either'
import { failed, leftover, refused } from '../errors'
import { sameOwner } from '../owners'
import { type Container, type ContainerSpec, containerName, type DriverError, type DriverResult } from '../port'
import { areAlike, type Behaviour, behaviourOf, isScripted, type SimulatedDefaults } from './behaviour'
import type { Clock } from './clock'
import { asContainer, type Simulated, type SimulatedHost } from './host'

const FIRST_PORT = 20_000
const LAST_PORT = 59_999

const NO_PORTS = E.right({ ports: [], binds: [] })

export interface RunSettings {
  readonly clock: Clock
  readonly seed: number
  readonly defaults: SimulatedDefaults
}

/** Gives `run`: the containers of one host come into being here. */
export const simulatedRun = (host: SimulatedHost, { clock, seed, defaults }: RunSettings) => {
  const starting = new Map<Simulated, DriverResult<Container>>()
  /** Of what nobody has written a script for, by what it asks for: there may be a million such containers. */
  const unscripted = new WeakMap<ContainerSpec['resources'], Behaviour>()
  let born = 0
  let port = FIRST_PORT

  const behave = (spec: ContainerSpec, name: string): Behaviour => {
    if (!areAlike(defaults) || isScripted(spec.env)) return behaviourOf(spec, name, seed, defaults)
    const behaviour = unscripted.get(spec.resources) ?? behaviourOf(spec, name, seed, defaults)
    unscripted.set(spec.resources, behaviour)
    return behaviour
  }

  const freePort = (): number => {
    const chosen = port
    port = chosen === LAST_PORT ? FIRST_PORT : chosen + 1
    return chosen
  }

  const bindPorts = (spec: ContainerSpec): E.Either<DriverError, Pick<Simulated, 'ports' | 'binds'>> => {
    if (spec.ports.length === 0) return NO_PORTS
    const taken = new Set([...host.of(spec.owner)].flatMap(({ state, binds }) => (state === 'exited' ? [] : binds)))
    const chosen = spec.ports.map((each) => ({ ...each, hostPort: each.hostPort === 0 ? freePort() : each.hostPort }))
    const binds = chosen.map(({ hostPort, protocol }) => `${hostPort}/${protocol}`)
    const conflict = binds.find((bind) => taken.has(bind))
    if (conflict !== undefined) return E.left(failed(`host port ${conflict} is already allocated`))
    return E.right({ binds, ports: chosen.map(({ name, hostPort }) => ({ name, hostPort })) })
  }

  const start = (container: Simulated): DriverResult<Container> => {
    const begin = (): E.Either<DriverError, Container> => {
      starting.delete(container)
      const name = containerName(container.ref)
      if (host.find(container.ref) !== container) return E.left(failed(`${name} was removed before it started`))
      if (container.behaviour.refused) {
        host.remove(container)
        return E.left(refused(`the simulated engine refuses to start ${name}`))
      }
      if (container.state === 'created') host.start(container)
      return E.right(asContainer(container))
    }
    const { startMs } = container.behaviour
    if (startMs === 0) return Promise.resolve(begin())
    const done = new Promise<E.Either<DriverError, Container>>((resolve) => {
      clock.after(startMs, () => resolve(begin()))
    })
    starting.set(container, done)
    return done
  }

  return async (spec: ContainerSpec): DriverResult<Container> => {
    const name = containerName(spec.ref)
    const known = host.find(spec.ref)
    if (known !== undefined) {
      const { worker, cluster } = known.owner
      if (!sameOwner(known.owner, spec.owner)) {
        return E.left(refused(`the name ${name} is taken by worker ${worker} in cluster ${cluster}`))
      }
      if (known.ref.placement !== spec.ref.placement) return E.left(leftover(known.ref))
      return starting.get(known) ?? E.right(asContainer(known))
    }
    const bound = bindPorts(spec)
    if (E.isLeft(bound)) return bound
    born += 1
    const behaviour = behave(spec, name)
    const { ref, owner } = spec
    const container: Simulated = {
      ref,
      owner,
      id: `sim-${born}`,
      ...bound.right,
      behaviour,
      state: 'created',
      startedAt: 0,
    }
    host.add(container)
    return start(container)
  }
}

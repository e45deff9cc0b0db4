import * as E from 'fp-ts/Either'
import { refused, unreachable } from '../errors'
import { exitOf, GONE, signalNumber } from '../exit'
import { served } from '../owners'
import type { AttemptRef, Container, Driver, DriverResult, Exit, Owner, Usage } from '../port'
import { notRunning } from '../probe/command'
import { DEFAULTS, type SimulatedDefaults } from './behaviour'
import { type Clock, realClock } from './clock'
import { probeSimulated } from './health'
import { asContainer, type Simulated, SimulatedHost, untilEnded } from './host'
import { simulatedLogs } from './logs'
import { simulatedRun } from './run'

export type { SimulatedDefaults } from './behaviour'
export type { Clock } from './clock'

export interface SimulatedOptions extends Partial<SimulatedDefaults> {
  readonly clock?: Clock
  /** The same seed, the same fates. */
  readonly seed?: number
  /** Told of every container that begins to run. */
  readonly onStart?: (container: Container) => void
  /** Told of every container that ends, and how. */
  readonly onEnd?: (container: Container) => void
}

/** The driver, and a hand in what it simulates. */
export interface SimulatedDriver extends Driver {
  /** Ends a running container as if it had ended by itself; false if none of that name runs. */
  kill(ref: AttemptRef, exit: Exit): boolean
  /** An outage of the engine and its end; containers run on meanwhile. */
  setReachable(reachable: boolean): void
  /** What it has of an owner's, also while it cannot be reached. */
  containersOf(owner: Owner): readonly Container[]
}

const DOWN = unreachable('the simulated engine is down', { next: 'setReachable(true) brings it back' })
const HOLLOW = refused('a simulated container has nothing inside')
const SIGKILL = exitOf(137)

const stopSimulated = async (host: SimulatedHost, container: Simulated, signal: string, graceMs: number) => {
  const number = signalNumber(signal)
  if (number === undefined) return E.left(refused(`${signal} is no signal of this host`))
  if (container.state === 'created') return E.right(GONE)
  if (container.state === 'running') {
    if (number !== 9 && container.behaviour.ignoresSignals) host.killAfter(container, graceMs, SIGKILL)
    else host.end(container, exitOf(128 + number))
  }
  return E.right(await untilEnded(container))
}

const usageOf = ({ ref, behaviour: { cpuMilli, memoryBytes } }: Simulated): Usage => ({ ref, cpuMilli, memoryBytes })

/**
 * No container at all: it keeps what one would be, and lets time pass. One driver serves any number of workers; jobs
 * script their containers by environment (see `behaviourOf`), the options say how the others behave.
 */
export const simulatedDriver = (options: SimulatedOptions = {}): SimulatedDriver => {
  const clock = options.clock ?? realClock
  const host = new SimulatedHost(clock, options.onStart, options.onEnd)
  const owners = served()
  let probes = 0
  const identity = `simulated ${options.seed ?? 0}`
  const start = simulatedRun(host, { clock, seed: options.seed ?? 0, defaults: { ...DEFAULTS, ...options } })

  const reached = async <T>(work: () => DriverResult<T>): DriverResult<T> => (host.isReachable ? work() : E.left(DOWN))
  const own = (ref: AttemptRef): Simulated | undefined => {
    const found = host.find(ref)
    return found?.ref.placement === ref.placement && owners.has(found.owner) ? found : undefined
  }

  return {
    name: 'simulated',
    check: () => reached(async () => E.right('simulated 1')),
    identity: () => reached(async () => E.right(identity)),
    list: (owner) => {
      owners.add(owner)
      return reached(async () => E.right([...host.of(owner)].map(asContainer)))
    },
    watch: (owner, tell) => {
      owners.add(owner)
      return host.watch(owner, tell)
    },
    hasImage: () => reached(async () => E.right(true)),
    pull: () => reached(async () => E.right(undefined)),
    run: (spec) => {
      owners.add(spec.owner)
      return reached(() => start(spec))
    },
    stop: (ref, signal, graceMs) =>
      reached(async () => {
        const container = own(ref)
        return container === undefined ? E.right(GONE) : stopSimulated(host, container, signal, graceMs)
      }),
    remove: (ref) =>
      reached(async () => {
        const container = own(ref)
        if (container !== undefined) host.remove(container)
        return E.right(undefined)
      }),
    probe: (ref) =>
      reached(async () => {
        const container = own(ref)
        probes += 1
        return E.right(
          container === undefined ? notRunning : probeSimulated(container, clock.now(), options.seed ?? 0, probes),
        )
      }),
    usage: (owner) =>
      reached(async () => E.right([...host.of(owner)].filter(({ state }) => state === 'running').map(usageOf))),
    logs: async function* (ref, logOptions) {
      const container = own(ref)
      if (container !== undefined) yield* simulatedLogs(container, logOptions)
    },
    inspect: (ref) =>
      reached(async () => {
        const container = own(ref)
        return E.right(container === undefined ? null : asContainer(container))
      }),
    exec: async () => E.left(HOLLOW),
    copyOut: async () => E.left(HOLLOW),
    isFolder: async () => E.left(HOLLOW),
    copyIn: async () => E.left(HOLLOW),
    kill: (ref, exit) => {
      const container = host.find(ref)
      if (container?.state !== 'running') return false
      host.end(container, exit)
      return true
    },
    containersOf: (owner) => [...host.of(owner)].map(asContainer),
    setReachable: (reachable) => host.setReachable(reachable, DOWN),
  }
}

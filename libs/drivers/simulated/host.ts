import type { OrkError } from '#libs/kernel'
import { exitOf } from '../exit'
import { ownerKey } from '../owners'
import {
  type AttemptRef,
  type Container,
  containerName,
  type EngineEvent,
  type EngineHealth,
  type Exit,
  type Owner,
} from '../port'
import type { Behaviour } from './behaviour'
import type { Clock } from './clock'

/** A container that is none: a few numbers, and a timer only while something of it is still to come. */
export interface Simulated {
  readonly ref: AttemptRef
  readonly owner: Owner
  readonly id: string
  readonly ports: Container['ports']
  /** Host ports with their protocol, as `8080/tcp`. */
  readonly binds: readonly string[]
  readonly behaviour: Behaviour
  state: Container['state']
  exit?: Exit
  startedAt: number
  health?: EngineHealth
  /** Cancels the end that is due. */
  cancel?: () => void
  /** Told of the end or the removal, whichever comes first. */
  whenEnded?: ((exit: Exit) => void)[]
}

/** The containers of one simulated engine, found by name and by owner, and who listens to their ends. */
export class SimulatedHost {
  private readonly byName = new Map<string, Simulated>()
  private readonly byOwner = new Map<string, Set<Simulated>>()
  private readonly listeners = new Map<string, Set<(event: EngineEvent) => void>>()
  private outage: OrkError | undefined

  constructor(
    private readonly clock: Clock,
    private readonly onStart: (container: Container) => void = () => {},
    private readonly onEnd: (container: Container) => void = () => {},
  ) {}

  get isReachable(): boolean {
    return this.outage === undefined
  }

  find(ref: AttemptRef): Simulated | undefined {
    return this.byName.get(containerName(ref))
  }

  of(owner: Owner): Iterable<Simulated> {
    return this.byOwner.get(ownerKey(owner)) ?? []
  }

  add(container: Simulated): void {
    const key = ownerKey(container.owner)
    this.byName.set(containerName(container.ref), container)
    const owned = this.byOwner.get(key) ?? new Set()
    this.byOwner.set(key, owned.add(container))
  }

  /** From created to running; its own end becomes due. */
  start(container: Simulated): void {
    const { runMs, exitCode, oomKilled } = container.behaviour
    container.state = 'running'
    container.startedAt = this.clock.now()
    this.tellHealth(container)
    this.onStart(asContainer(container))
    if (runMs === null) return
    this.after(container, runMs, () => this.end(container, exitOf(exitCode, oomKilled)))
  }

  /** Ends it so unless it ends by itself before. */
  killAfter(container: Simulated, ms: number, exit: Exit): void {
    this.after(container, ms, () => this.end(container, exit))
  }

  /** Does something to a running container later, unless it has ended by then. */
  private after(container: Simulated, ms: number, run: () => void): void {
    const others = container.cancel
    const cancel = this.clock.after(ms, run)
    container.cancel = () => {
      others?.()
      cancel()
    }
  }

  /** Of an image with a check of its own the engine tells by itself how the container fares. */
  private tellHealth(container: Simulated): void {
    const { told, afterMs, untilMs } = container.behaviour.health
    if (!told) return
    container.health = 'starting'
    const become = (ms: number, health: EngineHealth): void =>
      this.after(container, ms, () => {
        container.health = health
        this.tell(container.owner, { tag: 'Health', ref: container.ref, health })
      })
    if (untilMs === null || afterMs < untilMs) become(afterMs, 'healthy')
    if (untilMs !== null) become(untilMs, 'unhealthy')
  }

  end(container: Simulated, exit: Exit): void {
    if (container.state === 'exited') return
    container.cancel?.()
    delete container.cancel
    container.state = 'exited'
    container.exit = exit
    this.onEnd(asContainer(container))
    this.tell(container.owner, { tag: 'Exited', ref: container.ref, exit })
    this.release(container, exit)
  }

  /** Gone without a further word about its end. */
  remove(container: Simulated): void {
    const key = ownerKey(container.owner)
    container.cancel?.()
    this.byName.delete(containerName(container.ref))
    const owned = this.byOwner.get(key)
    owned?.delete(container)
    if (owned?.size === 0) this.byOwner.delete(key)
    this.tell(container.owner, { tag: 'Removed', ref: container.ref })
    this.release(container, container.exit ?? exitOf(137))
  }

  /** Begins with a Resync, or with the outage there is. */
  watch(owner: Owner, tell: (event: EngineEvent) => void): { close(): void } {
    const key = ownerKey(owner)
    const heard = this.listeners.get(key) ?? new Set()
    // A listener of its own, so that the same function may listen twice.
    const listener = (event: EngineEvent): void => tell(event)
    const first = this.clock.after(0, () => {
      heard.add(listener)
      listener(this.news())
    })
    this.listeners.set(key, heard)
    return {
      close: () => {
        first()
        heard.delete(listener)
      },
    }
  }

  /** While it cannot be reached nothing is told; containers run on. */
  setReachable(reachable: boolean, error: OrkError): void {
    if (reachable === this.isReachable) return
    this.outage = reachable ? undefined : error
    const news = this.news()
    for (const heard of this.listeners.values()) for (const tell of [...heard]) tell(news)
  }

  private news(): EngineEvent {
    return this.outage === undefined ? { tag: 'Resync' } : { tag: 'Unreachable', error: this.outage }
  }

  private tell(owner: Owner, event: EngineEvent): void {
    if (!this.isReachable) return
    for (const tell of [...(this.listeners.get(ownerKey(owner)) ?? [])]) tell(event)
  }

  private release(container: Simulated, exit: Exit): void {
    const waiting = container.whenEnded ?? []
    delete container.whenEnded
    for (const resolve of waiting) resolve(exit)
  }
}

/** Resolves with the end, at once if it is past. */
export const untilEnded = (container: Simulated): Promise<Exit> =>
  new Promise((resolve) => {
    if (container.exit !== undefined) resolve(container.exit)
    else container.whenEnded = [...(container.whenEnded ?? []), resolve]
  })

/** As the port shows it. */
export const asContainer = ({ ref, id, state, exit, ports, health }: Simulated): Container => {
  if (exit === undefined && health === undefined) return { ref, id, state, ports }
  return {
    ref,
    id,
    state,
    ports,
    ...(exit === undefined ? {} : { exit }),
    ...(health === undefined || state !== 'running' ? {} : { health }),
  }
}

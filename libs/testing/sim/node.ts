import type { Cluster } from '#libs/cluster'
import { causeText } from '#libs/kernel'
import { type Connection, type Log, memoryObjects, reserveReached } from '#libs/log'
import { Link } from './link'
import type { Observer } from './observer'
import type { Plant } from './plant'
import { type Clocks, Process, type Trap } from './process'
import { Random } from './random'
import type { Servers } from './servers'
import { simBus } from './simBus'
import { simLog } from './simLog'
import type { Snapshots } from './snapshots'
import type { Time } from './time'
import type { Weather } from './weather'

const SUPERVISOR_MS = 1_000

/** What a node needs of the world around it. */
export interface Surroundings {
  readonly seed: number
  readonly time: Time
  readonly servers: Servers
  readonly snapshots: Snapshots
  readonly weather: Weather
  readonly plant: Plant
  readonly tell: Required<Pick<Observer, 'began' | 'asked' | 'informed' | 'heard'>>
  readonly note: (line: string) => void
  /** A process goes on without end while time stands still. */
  readonly spins: (process: string) => void
}

/** What runs on a node: starts it on a connection, and gives its view and how to stop it. */
export type Start = (
  connection: Connection,
  process: Process,
  random: Random,
  tell: {
    /** There is a view. */
    readonly view: (cluster: Cluster) => void
    /** The process ends by itself. */
    readonly end: () => void
  },
) => Promise<{ stop(): Promise<unknown> }>

/** A machine with one service on it, which dies and is started again; its clocks and its place in the network stay. */
export class Node {
  readonly clocks: Clocks
  /** Where it does not come back by itself: it has left, or its machine is gone. */
  away = false
  /** When last something kept its process from doing what it should: it died, began, or was stopped. */
  troubledAt = 0
  private life: {
    readonly process: Process
    readonly link: Link
    cluster: Cluster | null
    stop: (() => Promise<unknown>) | null
  } | null = null
  private lives = 0
  private cutNoticeMs: number | null = null

  constructor(
    readonly name: string,
    readonly role: 'manager' | 'scheduler' | 'worker' | 'client',
    private readonly around: Surroundings,
    private readonly startService: Start,
  ) {
    const random = new Random(around.seed, `clocks ${name}`)
    this.clocks = { wallOffset: random.between(-20, 20), monoBase: random.between(0, 1_000_000) }
  }

  get isUp(): boolean {
    return this.life !== null
  }

  get isPaused(): boolean {
    return this.life?.process.isPaused === true
  }

  /** Whether its service has caught up and acts. */
  get isStarted(): boolean {
    return this.life !== null && this.life.stop !== null
  }

  /** The name of the process that runs; null while none does. */
  get process(): string | null {
    return this.life?.process.name ?? null
  }

  /** The view of the service. */
  get cluster(): Cluster | null {
    return this.life?.cluster ?? null
  }

  start(): void {
    if (this.life !== null || this.away) return
    const { time, seed, weather } = this.around
    this.lives += 1
    this.troubledAt = time.now
    const name = `${this.name}/${this.lives}`
    const process = new Process(
      name,
      time,
      this.clocks,
      ({ stopMs }) => (stopMs === null ? this.crash(SUPERVISOR_MS) : this.pause(stopMs)),
      () => this.around.spins(name),
    )
    const random = new Random(seed, name)
    const link = new Link(process, time, random, weather)
    if (this.cutNoticeMs !== null) link.cut(this.cutNoticeMs)
    const life: NonNullable<Node['life']> = { process, link, cluster: null, stop: null }
    this.life = life
    this.around.note(`${name} starts`)
    this.around.tell.began(name)
    link.onStatus((connected) => (connected ? this.around.tell.began(name) : undefined))
    const tell = {
      view: (cluster: Cluster): void => {
        life.cluster = cluster
      },
      end: (): void => (this.life === life ? this.crash(SUPERVISOR_MS) : undefined),
    }
    this.startService(this.connection(process, link), process, random, tell).then(
      (service) => {
        life.stop = () => service.stop()
      },
      (cause: unknown) => {
        if (!process.isAlive) return
        this.around.note(`${name} could not start: ${causeText(cause)}`)
        this.crash(SUPERVISOR_MS)
      },
    )
  }

  /** Dies on the spot; started again after a while, or not. */
  crash(downMs: number | null): void {
    const { life } = this
    if (life === null) return
    this.around.note(`${life.process.name} dies`)
    this.life = null
    this.troubledAt = this.around.time.now
    life.process.die()
    if (downMs !== null) this.around.time.after(downMs, () => this.start())
  }

  /** Ends in order, then is started again after a while, or not. */
  stop(downMs: number | null): void {
    const { life } = this
    const stop = life?.stop
    if (life === null || stop == null || life.process.isPaused) return
    this.around.note(`${life.process.name} is stopped`)
    const end = (): void => {
      if (this.life === life) this.crash(downMs)
    }
    life.process.run(() => void stop().then(end, end))
  }

  /** Sets where it will die; forgotten when it dies of something else. */
  setTrap(trap: Trap | null): void {
    if (this.life !== null) this.life.process.trap = trap
  }

  pause(ms: number): void {
    const process = this.life?.process
    if (process === undefined || process.isPaused) return
    process.pause()
    this.around.time.after(ms, () => {
      this.troubledAt = this.around.time.now
      process.continue()
    })
  }

  continue(): void {
    if (this.isPaused) this.troubledAt = this.around.time.now
    this.life?.process.continue()
  }

  cut(noticeMs: number): void {
    this.cutNoticeMs = noticeMs
    this.life?.link.cut(noticeMs)
  }

  mend(): void {
    this.cutNoticeMs = null
    this.life?.link.mend()
  }

  private connection(process: Process, link: Link): Connection {
    const { servers, plant, tell } = this.around
    const bare = simLog(servers, link)
    const info: Log['info'] = async () => {
      const answer = await bare.info()
      tell.informed(process.name, reserveReached(answer) !== null)
      return answer
    }
    const real = { ...bare, info }
    const log = this.role === 'client' ? real : (plant.log?.(real, this.role) ?? real)
    return {
      prefix: 'ork',
      log: {
        ...log,
        append: (items) => {
          for (const { event } of items) tell.asked(process.name, event, this.cluster?.seq ?? 0)
          return log.append(items)
        },
        followHeartbeats: (onBeat) =>
          log.followHeartbeats((event) => {
            if (event.type === 'WorkerHeartbeat') tell.heard(process.name, event.data.worker)
            onBeat(event)
          }),
      },
      bus: simBus(servers, link),
      objects: memoryObjects(() => this.around.time.now),
      onStatus: (listener) => link.onStatus(listener),
      close: async () => process.die(),
    }
  }
}

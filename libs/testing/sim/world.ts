import * as E from 'fp-ts/Either'
import { apiSubject, MAX_MOVES } from '#libs/api'
import { type Cluster, emptyCluster } from '#libs/cluster'
import { EVENTS, type OrkEvent, type Unreadable } from '#libs/events'
import type { Resources } from '#libs/kernel'
import type { Connection } from '#libs/log'
import type { JobSpec } from '#libs/spec'
import { planRebalance, viewOf } from '../../../services/scheduler/core'
import { Disk } from './disk'
import { Engine } from './engine'
import { type About, eventOfLaterRelease } from './later'
import { Node, type Start, type Surroundings } from './node'
import type { Acknowledged, LiveView, Observer, Stored } from './observer'
import type { Plant } from './plant'
import { never } from './process'
import { Servers } from './servers'
import { startManager, startScheduler, startWorker } from './services'
import { Snapshots } from './snapshots'
import type { SteeringVerb } from './steering'
import { foldNext } from './stored'
import { Time } from './time'
import { CALM, type Weather } from './weather'

/** How large the cluster of a run is. */
export interface Size {
  readonly managers: number
  readonly schedulers: number
  readonly workers: number
}

/** What a worker of the simulation has to give; jobs ask for parts of it that fill it exactly. */
export const CAPACITY: Resources = { cpuMilli: 1_000, memoryBytes: 2 ** 32, diskBytes: 2 ** 40 }
const DEVICES = { gpu: 2 }

/** A promise that was not kept. */
export interface Violation {
  readonly invariant: string
  readonly what: string
  /** Milliseconds since the run began. */
  readonly at: number
}

const REQUEST_MS = 5_000

/** Everything there is in one run: the servers, the machines, and what really happened, as nobody in it can know. */
export class World {
  readonly time = new Time()
  readonly servers = new Servers(this.time)
  readonly snapshots = new Snapshots()
  readonly weather: Weather = { ...CALM }
  readonly nodes = new Map<string, Node>()
  readonly engines = new Map<string, Engine>()
  /** Of the workers, by name. */
  readonly disks = new Map<string, Disk>()
  /** The fold of all that was stored. */
  readonly truth: Cluster = emptyCluster()
  violation: Violation | null = null
  private readonly observers: Observer[] = []
  private readonly around: Surroundings
  private client: Connection | null = null

  constructor(
    seed: number,
    readonly size: Size,
    plant: Plant,
    private readonly trace: string[] | null,
  ) {
    this.around = {
      seed,
      plant,
      time: this.time,
      servers: this.servers,
      snapshots: this.snapshots,
      weather: this.weather,
      note: (line) => this.note(line),
      spins: (process) => this.fail('nobody spins', `${process} goes on without end, and waits for nothing`),
      tell: {
        began: (process) => this.each((observer) => observer.began?.(process)),
        asked: (process, event, seq) => this.each((observer) => observer.asked?.(process, event, seq)),
        informed: (process, isFull) => this.each((observer) => observer.informed?.(process, isFull)),
        heard: (process, worker) => this.each((observer) => observer.heard?.(process, worker)),
      },
    }
    this.servers.store.onWrite(() => this.onWrite())
    for (let n = 1; n <= size.managers; n += 1) this.add(`m${n}`, 'manager', startManager(this.around, `m${n}`))
    for (let n = 1; n <= size.schedulers; n += 1) this.add(`s${n}`, 'scheduler', startScheduler(this.around, `s${n}`))
    for (let n = 1; n <= size.workers; n += 1) this.addWorker(`w${n}`)
    this.add('client', 'client', async (connection) => {
      this.client = connection
      return never()
    })
  }

  /** Words of what happens are put together only where somebody wants to read them. */
  note(line: string): void {
    this.trace?.push(`${(this.time.now / 1_000).toFixed(3).padStart(8)}  ${line}`)
  }

  observe(observer: Observer): void {
    this.observers.push(observer)
  }

  /** The first violation is the run's: what follows it may follow from it. */
  fail(invariant: string, what: string): void {
    this.violation ??= { invariant, what, at: this.time.now }
    this.note(`VIOLATION of "${invariant}": ${what}`)
  }

  node(name: string): Node {
    const node = this.nodes.get(name)
    if (node === undefined) throw new Error(`there is no ${name} in this world`)
    return node
  }

  /** Whether a process lives, as named by `Process.name`. */
  isAlive(process: string): boolean {
    return this.nodes.get(process.split('/')[0] ?? '')?.process === process
  }

  /** As some manager that has started has it. */
  takeSnapshot(): void {
    const manager = [...this.nodes.values()].find(({ role, isStarted }) => role === 'manager' && isStarted)
    if (manager?.cluster != null) this.snapshots.take(manager.cluster)
  }

  look(): void {
    this.takeSnapshot()
    this.each((observer) => observer.looked?.())
  }

  /** Resolves to whether a manager has confirmed it. */
  submit(spec: JobSpec): Promise<boolean> {
    return this.request('submit', { spec, checkVersion: null, reason: null, actor: 'sim' })
  }

  stop(job: string, purge: boolean): Promise<boolean> {
    return this.request('stop', { job, reason: null, purge, actor: 'sim' })
  }

  /** Has updates steered, jobs scaled, and workers closed or emptied. */
  ask(verb: SteeringVerb, request: unknown): Promise<boolean> {
    return this.request(verb, request)
  }

  /** Asks for what `ork rebalance` would find. */
  rebalance(): Promise<boolean> {
    const { policy, moves } = planRebalance(viewOf(this.truth), MAX_MOVES)
    return moves.length === 0
      ? Promise.resolve(false)
      : this.request('rebalance', { policy, moves, reason: null, actor: 'sim' })
  }

  /** Gives up a worker that is not there any more, as an operator would. */
  forget(worker: string): Promise<boolean> {
    return this.request('forget', { worker, reason: null, actor: 'sim' })
  }

  /** Has what cannot be read be done without, as an operator would. */
  skip(sequence: number): Promise<boolean> {
    return this.request('skip', { sequence, reason: null, actor: 'sim' })
  }

  /** Somebody runs a later release, and it writes something. */
  laterRelease(about: About, place: number): void {
    const event = eventOfLaterRelease(this.truth, about, place, this.time.now)
    if (event !== null) this.servers.store.append({ event })
  }

  /** The views of all services that are up and have caught up once. */
  get views(): LiveView[] {
    const views: LiveView[] = []
    for (const { name, role, cluster } of this.nodes.values()) {
      if (cluster !== null && role !== 'client') {
        views.push({ service: name, cluster, only: role === 'worker' ? (event) => isFor(name, event) : null })
      }
    }
    return views
  }

  private add(name: string, role: Node['role'], start: Start): void {
    const node = new Node(name, role, this.around, start)
    this.nodes.set(name, node)
    node.start()
  }

  private addWorker(name: string): void {
    const engine = new Engine(name, this.time, {
      started: (container) => {
        const { ref, id } = container
        this.note(`${name}: ${id} of ${ref.job}.${ref.task}.${ref.index}#${ref.attempt}@${ref.placement} runs`)
        this.each((observer) => observer.started?.(name, container))
      },
      ended: (container) => this.each((observer) => observer.ended?.(name, container)),
      probed: (process, ref, ok) => this.each((observer) => observer.probed?.(process, ref, ok)),
    })
    this.engines.set(name, engine)
    const disk = new Disk(this.time, (fact) => {
      this.note(`${name}: ${fact.id} cannot be read in its journal`)
      this.each((observer) => observer.lost?.(fact))
    })
    this.disks.set(name, disk)
    const has = { capacity: CAPACITY, devices: DEVICES }
    this.add(name, 'worker', startWorker(this.around, name, engine, disk, has))
  }

  private async request(verb: Acknowledged['verb'], request: unknown): Promise<boolean> {
    const answer = await this.client?.bus.request(apiSubject('ork', verb), request, REQUEST_MS)
    if (answer === undefined) return false
    this.note(`${verb}: ${E.isRight(answer) ? JSON.stringify(answer.right) : answer.left.tag}`)
    if (E.isLeft(answer)) return false
    this.each((observer) => observer.acknowledged?.({ verb, request, reply: answer.right }))
    return true
  }

  private onWrite(): void {
    while (this.truth.seq < this.servers.store.lastSeq) {
      const seq = this.truth.seq + 1
      const entry = this.servers.at(seq)?.entry
      if (entry === undefined) return
      const { event } = entry
      const stored = foldNext(this.truth, entry)
      if (event.type === 'Unreadable') this.noteUnreadable(seq, event)
      if (stored === null) continue
      this.noteEvent(stored)
      this.each((observer) => observer.stored?.(stored))
    }
  }

  /** That of a later release is no fault. */
  private noteUnreadable(seq: number, { path, error: { tag, detail } }: Unreadable): void {
    this.note(`${seq} ${path} cannot be read: ${tag}: ${detail}`)
    if (tag !== 'UnknownVersion') this.fail('events can be read', `${path}: ${detail}`)
  }

  private noteEvent({ seq, event, took }: Stored): void {
    if (this.trace === null) return
    const { spec: _, ...data } = event.data as { spec?: unknown }
    const epoch = event.epoch === undefined ? '' : ` epoch ${event.epoch}`
    const more = took === 'effect' ? '' : ` (${took})`
    this.note(`${seq} ${event.source} ${event.type}${epoch} ${JSON.stringify(data)}${more}`)
  }

  private each(tell: (observer: Observer) => void): void {
    for (const observer of this.observers) tell(observer)
  }
}

/** The part of the log that a worker follows. */
const isFor = (worker: string, event: OrkEvent): boolean => {
  if (EVENTS[event.type].topic === 'job' || event.subject === 'manager' || event.subject === 'scheduler') return true
  return 'worker' in event.data && event.data.worker === worker
}

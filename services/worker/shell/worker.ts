import * as E from 'fp-ts/Either'
import { type Health, healthEndpoint } from '#libs/api'
import type { Cluster } from '#libs/cluster'
import type { Driver, Owner, Usage } from '#libs/drivers'
import { stamp } from '#libs/events'
import { formatBytes, instanceId, NO_RESOURCES, type OrkError, type Resources } from '#libs/kernel'
import type { Connection, Following } from '#libs/log'
import { Alarm, type Cancel, every, type Logger, type Machine, theMachine, within } from '#libs/runtime'
import type { DriverName } from '#libs/spec'
import {
  decide,
  evolveView,
  inContact,
  initialView,
  type Observation,
  observe,
  restoreView,
  retreat,
  type Successor,
  type WorkerView,
} from '../core'
import { Effects } from './effects'
import { EngineWatch } from './engines'
import { guarded } from './guarded'
import { type Journal, noJournal } from './journal'
import { logsEndpoint } from './logs'
import { Meter } from './meter'
import { nameLost, whenNameIsFree, whoEndpoint } from './name'
import { Outbox } from './outbox'

export interface WorkerOptions {
  readonly connection: Connection
  readonly name: string
  readonly version: string
  readonly host: string
  readonly labels: Readonly<Record<string, string>>
  readonly drivers: readonly Driver[]
  readonly capacity: Resources
  /** Measures the machine; called in the background before each heartbeat. */
  readonly measureUse: () => Promise<Resources>
  /** Bytes that are free where the worker keeps what it keeps; absent: no matter. */
  readonly measureFree?: () => Promise<number>
  readonly logger: Logger
  readonly heartbeatEveryMs?: number
  /** Where facts wait that the log does not have yet; absent: nowhere but in memory. */
  readonly journal?: Journal
  /** This worker's part of the cluster, to begin with instead of the log's first event. */
  readonly cluster?: Cluster
  readonly machine?: Machine
}

/** Within this time a fact is in the log when all is well. */
const SOON_MS = 2_000
const HEARTBEAT_MS = 2_000
/** With less than this a worker's disk is as good as full. */
const LOW_DISK_BYTES = 2 ** 20
/** How long a start waits for each engine to say which it is. */
const IDENTITY_MS = 2_000
/** How long a start waits for what was not sent before. */
const RECOVERY_MS = 10_000
/** How long an orderly end waits for what is being done, and for the log; the next start goes on with the rest. */
const SETTLE_MS = 5_000

/** One worker: folds its part of the log, keeps its engines' truth, and does what the core decides. */
export class Worker {
  readonly view: WorkerView
  /** Resolves, if ever, when another process has taken this worker's name, or the log cannot be followed any more. */
  readonly ended: Promise<OrkError>
  private end: (why: OrkError) => void = () => {}
  private readonly drivers: ReadonlyMap<DriverName, Driver>
  private readonly outbox: Outbox
  private readonly journal: Journal
  private readonly effects: Effects
  private readonly meter: Meter<Usage>
  private watches: EngineWatch[] = []
  private following: Following | undefined
  private serving: { stop(): Promise<void> } | undefined
  private endHeartbeat: Cancel | undefined
  private readonly machine: Machine
  private readonly startedAt: number
  private readonly alarm: Alarm
  private freeBytes = Number.POSITIVE_INFINITY
  private scheduled = false
  private stopped = false

  constructor(private readonly options: WorkerOptions) {
    const { connection, name, drivers, logger } = options
    this.machine = options.machine ?? theMachine
    this.startedAt = this.machine.now().mono
    this.alarm = new Alarm(this.machine, () => this.wake())
    this.drivers = new Map(drivers.map((driver) => [driver.name, driver]))
    this.view = initialView(name, [...this.drivers.keys()], options.cluster)
    restoreView(this.view, this.machine.now())
    this.view.capacity = options.capacity
    this.ended = new Promise((resolve) => {
      this.end = resolve
    })
    this.journal = options.journal ?? noJournal
    this.outbox = new Outbox({
      log: connection.log,
      journal: this.journal,
      worker: name,
      logger,
      machine: this.machine,
      onRoom: () => this.wake(),
    })
    this.effects = new Effects({
      drivers: this.drivers,
      cluster: connection.log.cluster,
      worker: name,
      report: (seen) => this.observed(seen),
      machine: this.machine,
    })
    this.meter = new Meter({
      machine: options.measureUse,
      containers: () => this.usage(),
      isBusy: () => this.effects.busy,
      monotonicMs: () => this.machine.now().mono,
    })
  }

  private get owner(): Owner {
    return { cluster: this.options.connection.log.cluster, worker: this.options.name }
  }

  /**
   * Resolves when the worker has caught up, knows its containers and has told that it is there. Rejects with an
   * `OrkFailure` (`NameTaken`) when another process is this worker.
   */
  async start(): Promise<void> {
    const { connection, name } = this.options
    await whenNameIsFree(connection, name, this.machine)
    connection.onStatus((connected) => this.outbox.onStatus(connected))
    for (const driver of this.drivers.values()) {
      const watch = new EngineWatch({
        driver,
        owner: this.owner,
        generation: () => this.view.generation,
        report: (seen) => this.observed(seen),
        logger: this.options.logger,
        machine: this.machine,
      })
      this.watches.push(watch)
    }
    await this.catchUp()
    this.view.caughtUp = true
    this.serving = await connection.bus.serve({
      name: 'ork-worker',
      version: this.options.version,
      description: `worker ${name}: its containers' logs`,
      endpoints: [
        logsEndpoint(connection, this.view, this.drivers),
        whoEndpoint(connection, name, { host: this.options.host, pid: process.pid }),
        healthEndpoint(connection.prefix, () => this.health()),
      ],
    })
    this.view.identities = await this.askEngines()
    await this.register()
    if (this.stopped) return
    this.beat()
    this.endHeartbeat = every(this.machine, this.options.heartbeatEveryMs ?? HEARTBEAT_MS, () => this.beat())
    this.wake()
  }

  /**
   * Brings to the log what earlier lives could not, then folds it: what is decided on must know what was told. A log
   * that takes nothing, though it is there, holds up nobody for ever.
   */
  private async catchUp(): Promise<void> {
    const recovered = this.outbox.recover().then(() => true)
    const sentAtOnce = await within(this.machine, RECOVERY_MS, recovered)
    await this.follow()
    if (sentAtOnce) return
    await within(this.machine, RECOVERY_MS, recovered) // the log was away, and is there again
    await this.following?.stop()
    await this.follow()
  }

  /** Folds this worker's part of the log from where the view is; resolves when it has caught up. */
  private async follow(): Promise<void> {
    this.following = this.options.connection.log.follow({
      from: this.view.cluster.seq + 1,
      queries: [{ topic: 'job' }, { topic: 'control' }, { worker: this.options.name }],
      onEntries: (entries) => {
        const now = this.machine.now()
        for (const entry of entries) evolveView(this.view, entry, now)
        if (this.view.successor !== null) void this.yieldTo(this.view.successor)
        this.wake()
      },
    })
    void this.following.broken.then((why) => this.giveUp(why))
    await this.following.caughtUp
  }

  /** Leaves in order: what is being done is finished and told; containers go on, for the next start to adopt. */
  async stop(): Promise<void> {
    this.stopped = true
    this.endHeartbeat?.()
    this.alarm.cancel()
    for (const watch of this.watches) watch.close()
    await within(this.machine, SETTLE_MS, this.effects.settled())
    this.flush()
    if (this.view.successor === null) {
      const told = this.outbox
        .drained()
        .then(() => this.leave())
        .catch(() => undefined) // the connection is closed before the log is back: the next start goes on from there
      await within(this.machine, SETTLE_MS, told)
    }
    await this.outbox.stop()
    await this.serving?.stop()
    await this.following?.stop()
  }

  private health(): Health {
    const { name, version } = this.options
    return {
      service: `worker/${name}`,
      version,
      uptimeMs: Math.round(this.machine.now().mono - this.startedAt),
      engines: [...this.view.engines].map(([driver, { state }]) => ({ driver, state })),
      unsent: this.outbox.waitingSince(this.machine.now().wall - SOON_MS),
    }
  }

  private async leave(): Promise<void> {
    const { connection, name } = this.options
    await connection.log.append([{ event: stamp({ type: 'WorkerLeft', data: { worker: name } }, this.by()) }])
  }

  /** Another process has become this worker: this one stops what that one cannot reach, says nothing more, and ends. */
  private async yieldTo({ host }: Successor): Promise<void> {
    if (this.stopped) return
    this.stopped = true
    this.endHeartbeat?.()
    this.alarm.cancel()
    void this.outbox.stop()
    const why = nameLost(this.options.name, host)
    this.options.logger.error({ error: why }, 'succeeded by another process')
    await within(this.machine, SETTLE_MS, this.effects.settled())
    for (const effect of retreat(this.view)) this.effects.carryOut(effect)
    await this.effects.settled()
    this.end(why)
  }

  /** What it knows is no longer the log's: it is to be started again. What it runs goes on. */
  private giveUp(why: OrkError): void {
    if (this.stopped) return
    this.stopped = true
    this.endHeartbeat?.()
    this.alarm.cancel()
    this.options.logger.error({ error: why }, 'the log cannot be followed any further')
    this.end(why)
  }

  private by() {
    return { id: this.machine.newId(), source: `worker/${this.options.name}`, time: this.machine.now().wall } as const
  }

  private async register(): Promise<void> {
    const { connection, name, version, host, labels, capacity } = this.options
    const drivers = [...this.drivers.keys()]
    const draft = {
      type: 'WorkerRegistered',
      data: { worker: name, capacity, labels, drivers, engines: this.view.identities, version, host },
    } as const
    const by = this.by()
    this.view.registration = by.id
    const sentAt = this.machine.now().mono
    await connection.log.append([{ event: stamp(draft, by) }])
    inContact(this.view, sentAt)
  }

  /** One that does not answer in time is left out: its containers are then taken for nobody else's. */
  private async askEngines(): Promise<Record<string, string>> {
    const asked = [...this.drivers.values()].map(async (driver) => {
      const identity = await within(this.machine, IDENTITY_MS, guarded(driver.identity()))
      return identity === null || E.isLeft(identity) ? [] : [[driver.name, identity.right] as const]
    })
    return Object.fromEntries((await Promise.all(asked)).flat())
  }

  private observed(seen: Observation): void {
    observe(this.view, seen)
    for (const [name, engine] of this.view.engines) {
      if (engine.state === 'unreachable') this.watches.find((watch) => watch.name === name)?.doubt()
    }
    this.wake()
  }

  /** Decides once for everything that happened in this turn of the loop. */
  private wake(): void {
    if (this.scheduled || this.stopped) return
    this.scheduled = true
    this.machine.soon(() => {
      this.scheduled = false
      if (!this.stopped) this.flush()
    })
  }

  private flush(): void {
    const now = this.machine.now()
    const { facts, effects, wakeAt } = decide(this.view, now, this.outbox.isFull)
    if (facts.length > 0) this.outbox.add(facts, now.wall)
    if (!this.stopped) for (const effect of effects) this.effects.carryOut(effect)
    if (wakeAt !== null && !this.stopped) this.alarm.ringIn(wakeAt - now.mono)
  }

  private beat(): void {
    const { connection, name, capacity } = this.options
    const worker = this.view.cluster.workers.get(name)
    const data = {
      worker: name,
      seq: this.view.cluster.seq,
      capacity,
      reserved: worker?.reserved ?? NO_RESOURCES,
      used: this.meter.machine,
      containers: this.meter.containers.map(({ ref, cpuMilli, memoryBytes }) => ({
        instance: instanceId(ref),
        cpuMilli,
        memoryBytes,
      })),
      troubles: this.troubles(),
    }
    const sentAt = this.machine.now().mono
    connection.log.beat(stamp({ type: 'WorkerHeartbeat', data }, this.by()), () => inContact(this.view, sentAt))
    void this.meter.look()
    void this.lookAtDisk()
  }

  /** For `ork status`, which asks for the engines itself. */
  private troubles(): string[] {
    const { trouble, isFull } = this.journal
    const disk =
      this.freeBytes >= LOW_DISK_BYTES ? [] : [`the disk under its data folder has ${formatBytes(this.freeBytes)} left`]
    const full = isFull
      ? ['its journal is full: it starts nothing until the log takes some of what it has to tell']
      : []
    return [...disk, ...(trouble === null ? [] : [trouble]), ...full]
  }

  /** One that cannot be asked is no trouble by itself: what needs it says so. */
  private async lookAtDisk(): Promise<void> {
    this.freeBytes = (await this.options.measureFree?.().catch(() => undefined)) ?? Number.POSITIVE_INFINITY
  }

  private async usage(): Promise<readonly Usage[]> {
    const usages = await Promise.all([...this.drivers.values()].map((driver) => driver.usage(this.owner)))
    return usages.flatMap((usage) => (E.isRight(usage) ? [...usage.right] : []))
  }
}

import type { Driver, Owner } from '#libs/drivers'
import type { OrkError } from '#libs/kernel'
import { Alarm, type Machine, theMachine, within } from '#libs/runtime'
import type { DriverName } from '#libs/spec'
import {
  decide,
  initialView,
  type Observation,
  observe,
  restoreView,
  retreat,
  type Successor,
  type WorkerView,
} from '../core'
import { NO_PROVISIONS, Outfitter } from './container'
import { Effects } from './effects'
import { EngineWatch } from './engines'
import { Feed } from './feed'
import { guarded } from './guarded'
import { Heart } from './heart'
import { noJournal } from './journal'
import { nameLost, whenNameIsFree } from './name'
import type { WorkerOptions } from './options'
import { Outbox } from './outbox'
import { Registration } from './registration'
import { RoomWatch } from './roomWatch'
import { serve } from './serve'

/** Within this time a fact is in the log when all is well. */
const SOON_MS = 2_000
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
  private readonly owner: Owner
  private readonly outfitter: Outfitter
  private readonly effects: Effects
  private readonly heart: Heart
  private readonly room: RoomWatch
  private readonly feed: Feed
  private readonly registration: Registration
  private watches: EngineWatch[] = []
  private serving: { stop(): Promise<void> } | undefined
  private readonly options: WorkerOptions
  private readonly machine: Machine
  private readonly startedAt: number
  private readonly alarm: Alarm
  private scheduled = false
  private stopped = false

  constructor(given: WorkerOptions) {
    const { connection, name, logger } = given
    const drivers = given.drivers.map((driver) => guarded(driver, logger))
    const options = { ...given, drivers }
    this.options = options
    this.machine = options.machine ?? theMachine
    this.startedAt = this.machine.now().mono
    this.alarm = new Alarm(this.machine, () => this.wake())
    this.drivers = new Map(drivers.map((driver) => [driver.name, driver]))
    this.view = initialView(name, [...this.drivers.keys()], options.cluster)
    restoreView(this.view, this.machine.now())
    this.view.capacity = options.capacity
    this.view.devices = options.devices ?? {}
    this.ended = new Promise((resolve) => {
      this.end = resolve
    })
    this.owner = { cluster: connection.log.cluster, worker: name }
    const journal = options.journal ?? noJournal
    this.outbox = new Outbox({
      log: connection.log,
      journal,
      worker: name,
      logger,
      machine: this.machine,
      onRoom: () => this.wake(),
    })
    this.room = new RoomWatch({
      log: connection.log,
      view: this.view,
      machine: this.machine,
      onLook: () => this.wake(),
    })
    this.outfitter = new Outfitter(this.owner, options.provisions ?? NO_PROVISIONS)
    this.effects = new Effects({
      drivers: this.drivers,
      outfitter: this.outfitter,
      report: (seen) => this.observed(seen),
      machine: this.machine,
    })
    this.heart = new Heart({
      worker: options,
      view: this.view,
      journal,
      machine: this.machine,
      owner: this.owner,
      isBusy: () => this.effects.busy,
      by: () => this.by(),
    })
    this.feed = new Feed({
      log: connection.log,
      view: this.view,
      outbox: this.outbox,
      machine: this.machine,
      onNews: () => this.onNews(),
      onBroken: (why) => this.giveUp(why),
      isOver: () => this.stopped,
    })
    this.registration = new Registration({
      worker: options,
      view: this.view,
      machine: this.machine,
      by: () => this.by(),
      isOver: () => this.stopped,
    })
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
      this.watches.push(
        new EngineWatch({
          driver,
          owner: this.owner,
          generation: () => this.view.generation,
          report: (seen) => this.observed(seen),
          logger: this.options.logger,
          machine: this.machine,
        }),
      )
    }
    await this.feed.catchUp()
    this.view.caughtUp = true
    this.serving = await serve({
      worker: this.options,
      view: this.view,
      drivers: this.drivers,
      upMs: () => this.machine.now().mono - this.startedAt,
      unsent: () => this.outbox.waitingSince(this.machine.now().wall - SOON_MS),
    })
    await this.registration.take()
    if (this.stopped) return
    this.heart.start()
    this.wake()
  }

  private onNews(): void {
    if (this.view.successor !== null) void this.yieldTo(this.view.successor)
    this.wake()
  }

  /** Leaves in order: what is being done is finished and told; containers go on, for the next start to adopt. */
  async stop(): Promise<void> {
    this.stopped = true
    this.quieten()
    for (const watch of this.watches) watch.close()
    await within(this.machine, SETTLE_MS, this.effects.settled())
    this.flush()
    if (this.view.successor === null) {
      const told = this.outbox
        .drained()
        .then(() => this.registration.leave())
        .catch(() => undefined) // the connection is closed before the log is back: the next start goes on from there
      await within(this.machine, SETTLE_MS, told)
    }
    await this.outbox.stop()
    await this.serving?.stop()
    await this.feed.stop()
  }

  /** Another process has become this worker: this one stops what that one cannot reach, says nothing more, and ends. */
  private async yieldTo({ host }: Successor): Promise<void> {
    if (this.stopped) return
    this.stopped = true
    this.quieten()
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
    this.quieten()
    this.options.logger.error({ error: why }, 'the log cannot be followed any further')
    this.end(why)
  }

  private quieten(): void {
    this.heart.stop()
    this.room.stop()
    this.alarm.cancel()
  }

  private by() {
    return { id: this.machine.newId(), source: `worker/${this.options.name}`, time: this.machine.now().wall } as const
  }

  private observed(seen: Observation): void {
    observe(this.view, seen)
    if (seen.tag === 'Listed') {
      void this.registration.complete()
      if (seen.driver === 'docker') void this.outfitter.keepOnly(seen.containers.map(({ ref }) => ref))
    }
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
    if (facts.length > 0) this.outbox.add(facts, now.wall, this.view.cluster.seq)
    this.room.told(facts)
    if (!this.stopped) for (const effect of effects) this.effects.carryOut(effect)
    if (wakeAt !== null && !this.stopped) this.alarm.ringIn(wakeAt - now.mono)
  }
}

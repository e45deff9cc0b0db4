import * as E from 'fp-ts/Either'
import type { Driver, EngineEvent, Owner } from '#libs/drivers'
import type { Cancel, Logger, Machine } from '#libs/runtime'
import type { DriverName } from '#libs/spec'
import type { Observation } from '../core'

/** The engine's events are the fast way to know; listing again so often is the sure one. */
const RELIST_EVERY_MS = 30_000
const RETRY_MS = 1_000

export interface EngineWatchOptions {
  readonly driver: Driver
  readonly owner: Owner
  readonly generation: () => number
  readonly report: (seen: Observation) => void
  readonly logger: Logger
  readonly machine: Machine
}

/** Keeps the core's picture of one engine true: by its events, and by listing at every doubt and now and then. */
export class EngineWatch {
  private readonly watching: { close(): void }
  private cancelListing: Cancel | undefined
  private listing = false
  private again = false
  private doubting = false
  private closed = false

  constructor(private readonly options: EngineWatchOptions) {
    this.watching = options.driver.watch(options.owner, (event) => this.onEvent(event))
  }

  close(): void {
    this.closed = true
    this.cancelListing?.()
    this.watching.close()
  }

  get name(): DriverName {
    return this.options.driver.name
  }

  /** Lists again soon: something was said that only the whole truth can settle. */
  doubt(): void {
    if (this.closed || this.doubting) return
    this.doubting = true
    this.cancelListing?.()
    this.cancelListing = this.options.machine.after(RETRY_MS, () => void this.list())
  }

  private onEvent(event: EngineEvent): void {
    const { driver } = this.options
    switch (event.tag) {
      case 'Exited':
        return this.options.report({ tag: 'Exited', driver: driver.name, ref: event.ref, exit: event.exit })
      case 'Removed':
        return this.options.report({ tag: 'Vanished', driver: driver.name, ref: event.ref })
      case 'Health':
        return this.options.report({ tag: 'Health', driver: driver.name, ref: event.ref, health: event.health })
      case 'Resync':
        void this.list()
        return
      case 'Unreachable':
        this.options.logger.warn({ driver: driver.name, error: event.error }, 'the engine cannot be reached')
        return this.options.report({ tag: 'Unreachable', driver: driver.name })
    }
  }

  private async list(): Promise<void> {
    this.doubting = false // also where one is under way: should that fail, it is listed again all the same
    if (this.listing) {
      this.again = true
      return
    }
    this.listing = true
    this.cancelListing?.()
    const { driver, owner, report, generation } = this.options
    const begun = generation()
    const listed = await driver.list(owner)
    this.listing = false
    if (this.closed) return
    if (E.isLeft(listed)) {
      report({ tag: 'Unreachable', driver: driver.name })
      return this.doubt()
    }
    report({ tag: 'Listed', driver: driver.name, begun, containers: listed.right })
    if (this.again) {
      this.again = false
      return this.list()
    }
    this.cancelListing = this.options.machine.after(RELIST_EVERY_MS, () => void this.list())
  }
}

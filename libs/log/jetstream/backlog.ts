import { Fifo } from './fifo'
import type { SyncMode } from './streams'
import type { Unit } from './units'

/** Publishes under way at most. */
const WINDOW = 2_048
/** A window once full is filled up again in one go, when so much of it is free: few large writes cost least. */
const REFILL = 1_024
/** With an fsync for each write, so many singles at most: the rest gathers for a group commit. */
const WINDOW_ALWAYS = 16
/** A batch costs the server about as much as so many single publishes with an fsync each (docs/adr/0006-writing.md). */
const GROUP_MIN = 20
const GROUP_MAX = 1_000

/** The units that may be sent, and what goes next: one of them, or a group where one fsync is to serve many. */
export class Backlog {
  private readonly ready = new Fifo<Unit>()
  private readonly groups: boolean
  private readonly window: number
  private readonly refill: number
  private full = false

  constructor(sync: SyncMode) {
    this.groups = sync === 'always'
    this.window = this.groups ? WINDOW_ALWAYS : WINDOW
    this.refill = this.groups ? 1 : REFILL
  }

  /** Whether more units would change what goes next. */
  get wantsMore(): boolean {
    return this.ready.length < (this.groups ? GROUP_MAX : 1)
  }

  push(unit: Unit): void {
    this.ready.push(unit)
  }

  /** Puts units back before all others. */
  unshift(units: readonly Unit[]): void {
    this.ready.unshift(units)
  }

  /** Whether anything may be sent at all, with so many shipments under way. */
  hasRoom(underWay: number): boolean {
    if (underWay >= this.window) this.full = true
    else if (underWay <= this.window - this.refill) this.full = false
    return this.groups || !this.full
  }

  /** What goes next as one shipment; null when there is nothing, or the window is full. `underWay`: shipments out. */
  next(underWay: number): readonly Unit[] | Unit | null {
    if (this.groups && this.ready.length >= GROUP_MIN) {
      const group = this.takeGroup()
      if (group !== null) return group
    }
    return underWay < this.window ? (this.ready.shift() ?? null) : null
  }

  private takeGroup(): readonly Unit[] | null {
    const group: Unit[] = []
    const rest: Unit[] = []
    while (group.length + rest.length < GROUP_MAX) {
      const unit = this.ready.shift()
      if (unit === undefined) break
      if (unit.alone) rest.push(unit)
      else group.push(unit)
    }
    const enough = group.length >= GROUP_MIN
    this.ready.unshift(enough ? rest : [...rest, ...group])
    return enough ? group : null
  }
}

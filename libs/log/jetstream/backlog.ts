import { Fifo } from './fifo'
import type { SyncMode } from './streams'
import type { Unit } from './units'

/** Publishes under way at most. */
const WINDOW = 2_048
/** With an fsync for each write, so many singles at most: the rest gathers for a group commit. */
const WINDOW_ALWAYS = 64
/** Below this many a batch is dearer than single publishes. */
const GROUP_MIN = 100
const GROUP_MAX = 1_000

/** The units that may be sent, and what goes next: one of them, or a group where one fsync is to serve many. */
export class Backlog {
  private readonly ready = new Fifo<Unit>()
  private readonly groups: boolean
  private readonly window: number

  constructor(sync: SyncMode) {
    this.groups = sync === 'always'
    this.window = this.groups ? WINDOW_ALWAYS : WINDOW
  }

  get length(): number {
    return this.ready.length
  }

  push(unit: Unit): void {
    this.ready.push(unit)
  }

  /** Puts units back before all others. */
  unshift(units: readonly Unit[]): void {
    this.ready.unshift(units)
  }

  /** How many go next as one shipment; none while the window is full. `underWay`: shipments that are out. */
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

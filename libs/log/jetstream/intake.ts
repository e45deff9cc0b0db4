import type { Backlog } from './backlog'
import { Fifo } from './fifo'
import type { Lanes } from './lanes'
import type { Call, Unit } from './units'

/** A call's units, made one by one when there is room for them: until then the caller's events are all there is. */
export interface UnitSource {
  readonly call: Call
  /** The next unit; null when there are no more. */
  next(): Unit | null
}

/** The calls that still have units to hand out, in the order they came. */
export class Intake {
  private readonly sources = new Fifo<UnitSource>()
  private current: UnitSource | undefined

  get empty(): boolean {
    return this.current === undefined && this.sources.length === 0
  }

  add(source: UnitSource): void {
    this.sources.push(source)
  }

  /** Brings in as many units as can be of use now. Those that wait for their aggregate do not count. */
  feed(ready: Backlog, lanes: Lanes): void {
    while (ready.wantsMore) {
      const unit = this.next()
      if (unit === null) return
      lanes.enter(unit)
    }
  }

  private next(): Unit | null {
    for (;;) {
      this.current ??= this.sources.shift()
      if (this.current === undefined) return null
      const unit = this.current.next()
      if (unit !== null) return unit
      this.current = undefined
    }
  }

  /** Those that are not through; forgets them. */
  clear(): readonly UnitSource[] {
    const left = this.current === undefined ? [] : [this.current]
    this.current = undefined
    for (let source = this.sources.shift(); source !== undefined; source = this.sources.shift()) left.push(source)
    return left
  }
}

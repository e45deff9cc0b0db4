import type { Unit } from './units'

/**
 * Keeps the order within each aggregate: a unit is ready once no earlier unit on one of its aggregates is undecided.
 * So a write that has to be repeated cannot be overtaken by a later one, and different aggregates never wait for
 * each other.
 */
export class Lanes {
  /** By filter: the units that wait behind the one under way. */
  private readonly lanes = new Map<string, Unit[] | null>()

  constructor(private readonly ready: (unit: Unit) => void) {}

  enter(unit: Unit): void {
    for (const filter of unit.filters) {
      const waiting = this.lanes.get(filter)
      if (waiting === undefined) {
        this.lanes.set(filter, null)
        continue
      }
      unit.blockedBy += 1
      if (waiting === null) this.lanes.set(filter, [unit])
      else waiting.push(unit)
    }
    if (unit.blockedBy === 0) this.ready(unit)
  }

  leave(unit: Unit): void {
    for (const filter of unit.filters) {
      const next = this.lanes.get(filter)?.shift()
      if (next === undefined) {
        this.lanes.delete(filter)
        continue
      }
      next.blockedBy -= 1
      if (next.blockedBy === 0) this.ready(next)
    }
  }
}

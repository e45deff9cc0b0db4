import type { Unit } from './units'

/**
 * Keeps the order within each aggregate: a unit is ready once no earlier unit on one of its aggregates is undecided.
 * So a write that has to be repeated cannot be overtaken by a later one, and different aggregates never wait for
 * each other.
 */
export class Lanes {
  /** By filter: the unit under way, or that and those who wait behind it. */
  private readonly lanes = new Map<string, Unit | Unit[]>()

  constructor(private readonly ready: (unit: Unit) => void) {}

  get empty(): boolean {
    return this.lanes.size === 0
  }

  enter(unit: Unit): void {
    if (unit.more === null) this.enterOne(unit, unit.first.filter)
    else for (const filter of unit.filters) this.enterOne(unit, filter)
    if (unit.blockedBy === 0) this.ready(unit)
  }

  leave(unit: Unit): void {
    if (unit.more === null) this.leaveOne(unit.first.filter)
    else for (const filter of unit.filters) this.leaveOne(filter)
  }

  /** All units that are undecided; forgets them. */
  clear(): ReadonlySet<Unit> {
    const units = new Set([...this.lanes.values()].flat())
    this.lanes.clear()
    return units
  }

  private enterOne(unit: Unit, filter: string): void {
    const lane = this.lanes.get(filter)
    if (lane === undefined) {
      this.lanes.set(filter, unit)
      return
    }
    unit.blockedBy += 1
    if (Array.isArray(lane)) lane.push(unit)
    else this.lanes.set(filter, [lane, unit])
  }

  private leaveOne(filter: string): void {
    const lane = this.lanes.get(filter)
    if (!Array.isArray(lane) || lane.length < 2) {
      this.lanes.delete(filter)
      return
    }
    lane.shift()
    const next = lane[0]
    if (next === undefined) return
    next.blockedBy -= 1
    if (next.blockedBy === 0) this.ready(next)
  }
}

import { type Instance, isWanted, mostForOne, type Worker, whyHeld } from '#libs/cluster'
import { addResources, NO_RESOURCES, RESOURCE_NAMES, type Resources } from '#libs/kernel'
import type { Feasible } from './feasible'
import type { Fleet } from './fleet/fleet'
import { byTurn, isWaiting } from './queue'

/**
 * Room that is spoken for: of a worker where instances were preempted it is that of the one they made room for, until
 * that one has a place. It follows from the log alone, as of where the batch begins, and is kept by promising it.
 */
export class Claims {
  /** Who waits for a worker, as the log tells. */
  private readonly waiting = new Set<Instance>()
  /** The rows that are kept for them in this batch. */
  private readonly rows = new Map<Instance, number>()

  constructor(
    private readonly fleet: Fleet,
    private readonly feasible: Feasible,
  ) {}

  /** Takes note of what has become of an instance. */
  note(instance: Instance): void {
    if (instance.awaits === null) this.waiting.delete(instance)
    else this.waiting.add(instance)
  }

  /** Promises were forgotten. */
  forget(): void {
    this.rows.clear()
  }

  /** Keeps the room, by turn, where it will do once all has gone that is to go; after promises were forgotten. */
  keep(): void {
    if (this.waiting.size === 0) return
    for (const instance of [...this.waiting].sort(byTurn)) {
      const row = instance.awaits === null ? undefined : this.fleet.rowOf(instance.awaits)
      if (row === undefined || !isWaiting(instance) || whyHeld(instance.task) !== null) continue
      if (!this.willDo(instance, row)) continue
      this.rows.set(instance, row)
      this.fleet.promise(row, instance.task.spec.resources)
    }
  }

  /** For whom room is kept on a row. */
  on(row: number): readonly Instance[] {
    return [...this.rows].flatMap(([instance, kept]) => (kept === row ? [instance] : []))
  }

  /** The row that is kept for an instance; -1: none. */
  rowOf(instance: Instance): number {
    return this.rows.get(instance) ?? -1
  }

  /** What an instance finds where it has a claim itself: as if nothing were kept for it. */
  without<T>(instance: Instance, find: () => T): T {
    const row = this.rowOf(instance)
    if (row < 0) return find()
    const { resources } = instance.task.spec
    this.fleet.retract(row, resources)
    const found = find()
    this.fleet.promise(row, resources)
    return found
  }

  /** It has a place, and its claim is over. */
  end(instance: Instance): void {
    const row = this.rowOf(instance)
    if (row >= 0) this.fleet.retract(row, instance.task.spec.resources)
    this.rows.delete(instance)
  }

  private willDo(instance: Instance, row: number): boolean {
    const worker = this.fleet.workers[row]
    if (worker === undefined || !this.fleet.open[row] || !this.feasible.admits(instance)(row)) return false
    const leaving = leavingOf(worker)
    const { resources } = instance.task.spec
    return RESOURCE_NAMES.every(
      (name, k) =>
        resources[name] <= mostForOne(worker, name) && resources[name] <= this.fleet.left(row, k) + leaving[name],
    )
  }
}

/** What is held on a worker by what is on its way to its end. */
export const leavingOf = ({ instances }: Worker): Resources => {
  let sum = NO_RESOURCES
  for (const attempt of instances) {
    if (attempt.state === 'stopping' || !isWanted(attempt)) sum = addResources(sum, attempt.spec.resources)
  }
  return sum
}

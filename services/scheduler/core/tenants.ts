import { attemptsOf, isPlaced, type Task } from '#libs/cluster'
import type { Fleet } from './fleet/fleet'

/** Where the instances of a task are, with those that this batch has placed: counted when it is first asked for. */
export class Tenants {
  private readonly tasks = new Map<Task, Tenancy>()

  constructor(private readonly fleet: Fleet) {}

  of(task: Task): Tenancy {
    const known = this.tasks.get(task)
    if (known !== undefined) return known
    const tenancy = new Tenancy()
    for (const instance of task.instances.made()) {
      // The newest comes last: that is where the instance counts as being.
      for (const { state, worker } of [...attemptsOf(instance)].reverse()) {
        const row = worker === null || !isPlaced(state) ? undefined : this.fleet.rowOf(worker)
        if (row !== undefined) tenancy.add(instance.index, row)
      }
    }
    this.tasks.set(task, tenancy)
    return tenancy
  }

  /** One more is placed than the log tells of. */
  promise(row: number, { task, index }: { readonly task: Task; readonly index: number }): void {
    // Of other tasks nobody asks, and a large one is not counted for nothing.
    if (task.spec.spread !== undefined || task.spec.distinctWorkers === true) this.of(task).add(index, row)
  }

  /** One is to come there; where none of its task may be beside it, none comes. */
  expect(row: number, { task, index }: { readonly task: Task; readonly index: number }): void {
    if (task.spec.distinctWorkers === true) this.of(task).add(index, row)
  }

  settle(): void {
    this.tasks.clear()
  }
}

/** The places of one task's instances. */
export class Tenancy {
  /** By row: the indices of those that are there, by either of two attempts. */
  private readonly onRow = new Map<number, Set<number>>()
  /** By index: where its newest attempt is. */
  private readonly homes = new Map<number, number>()
  /** How many are at home in each group of workers, by what the groups are known by. */
  private readonly counts = new Map<string, Counts>()

  add(index: number, row: number): void {
    const there = this.onRow.get(row)
    if (there === undefined) this.onRow.set(row, new Set([index]))
    else there.add(index)
    const before = this.homes.get(index)
    this.homes.set(index, row)
    for (const counts of this.counts.values()) {
      if (before !== undefined) counts.add(before, -1)
      counts.add(row, 1)
    }
  }

  /** Another instance than this one that is on the row; undefined: there is none. */
  otherOn(row: number, index: number): number | undefined {
    for (const other of this.onRow.get(row) ?? []) if (other !== index) return other
    return undefined
  }

  /** How many other instances than this one are at home in a group of workers. `key`: what `groupOf` is known by. */
  countOthers(key: string, groupOf: (row: number) => string, group: string, index: number): number {
    const counts = this.counts.get(key) ?? this.countBy(key, groupOf)
    const home = this.homes.get(index)
    return (counts.of.get(group) ?? 0) - Number(home !== undefined && groupOf(home) === group)
  }

  private countBy(key: string, groupOf: (row: number) => string): Counts {
    const counts = new Counts(groupOf)
    for (const row of this.homes.values()) counts.add(row, 1)
    this.counts.set(key, counts)
    return counts
  }
}

class Counts {
  readonly of = new Map<string, number>()

  constructor(private readonly groupOf: (row: number) => string) {}

  add(row: number, by: 1 | -1): void {
    const group = this.groupOf(row)
    this.of.set(group, (this.of.get(group) ?? 0) + by)
  }
}

import type { Instance, Task } from '#libs/cluster'
import type { Resources } from '#libs/kernel'
import type { Reason } from '../filters'
import { needsOf } from '../needs'

/** Tasks that need the same and have no place. */
interface Lot {
  readonly asked: Resources
  readonly tasks: Set<Task>
  readonly reasons: readonly Reason[]
  /** Whether there was a worker that is kept for another one: whatever happens, it may be kept no longer. */
  readonly kept: boolean
}

/** What fits nowhere: all tasks that need the same together, so that it costs nothing until there is room for them. */
export class Parked {
  /** By what is needed. */
  private readonly lots = new Map<string, Lot>()
  /** Why there was no place; worked out again only once workers have changed. */
  private readonly said = new Map<string, readonly Reason[]>()
  /** Instances that workers have turned down wait each for itself. */
  private readonly alone = new Map<Instance, { readonly kept: boolean }>()

  has(task: Task): boolean {
    return this.lots.get(needsOf(task.spec))?.tasks.has(task) ?? false
  }

  isAside(instance: Instance): boolean {
    return this.alone.has(instance)
  }

  /** Why who needs the same has no place, where that is so for certain. */
  reasonsFor(task: Task): readonly Reason[] | undefined {
    const lot = this.lots.get(needsOf(task.spec))
    return lot === undefined || lot.kept ? undefined : lot.reasons
  }

  /** Why there was no place for what needs the same, when that was last worked out. */
  saidOf(task: Task): readonly Reason[] | undefined {
    return this.said.get(needsOf(task.spec))
  }

  add(task: Task, reasons: readonly Reason[], kept: boolean): void {
    const needs = needsOf(task.spec)
    const lot = this.lots.get(needs) ?? { asked: task.spec.resources, tasks: new Set(), reasons, kept }
    this.lots.set(needs, lot)
    lot.tasks.add(task)
    this.said.set(needs, reasons)
  }

  setAside(instance: Instance, kept: boolean): void {
    this.alone.set(instance, { kept })
  }

  takeOut(instance: Instance): void {
    this.alone.delete(instance)
  }

  /** The task asks for something else, or for nothing any more. */
  leave(task: Task): void {
    for (const [needs, { tasks }] of this.lots) {
      if (tasks.delete(task) && tasks.size === 0) this.lots.delete(needs)
    }
    for (const instance of this.alone.keys()) if (instance.task === task) this.alone.delete(instance)
  }

  forgetReasons(): void {
    this.said.clear()
  }

  /** Takes out those for whom there may be room now. */
  wake(hasRoom: (asked: Resources) => boolean): {
    readonly tasks: readonly Task[]
    readonly alone: readonly Instance[]
  } {
    const tasks: Task[] = []
    const alone: Instance[] = []
    for (const [needs, lot] of this.lots) {
      if (!lot.kept && !hasRoom(lot.asked)) continue
      this.lots.delete(needs)
      tasks.push(...lot.tasks)
    }
    for (const [instance, { kept }] of this.alone) {
      if (!kept && !hasRoom(instance.task.spec.resources)) continue
      this.alone.delete(instance)
      alone.push(instance)
    }
    return { tasks, alone }
  }

  /** Those that wait each for itself. */
  aside(): Iterable<Instance> {
    return this.alone.keys()
  }

  *tasks(): Generator<Task> {
    for (const { tasks } of this.lots.values()) yield* tasks
  }
}

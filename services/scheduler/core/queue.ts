import { type Instance, isWanted, type Job, type Task } from '#libs/cluster'
import { Heap, type Resources } from '#libs/kernel'
import { DEFAULT_PRIORITY } from '#libs/spec'
import type { Reason } from './filters'
import { needsOf } from './needs'

/** What a point of priority is worth: so many milliseconds of waiting. */
const POINT_MS = 10_000

/** When an instance is served, lowest first. It ages by itself: who comes later with a higher priority gains only so much. */
export const turnOf = ({ task, since }: Instance): number =>
  since - ((task.job.spec.priority ?? DEFAULT_PRIORITY) - DEFAULT_PRIORITY) * POINT_MS

/** Tasks that ask for the same and have no place. */
interface Parked {
  readonly asked: Resources
  readonly tasks: Set<Task>
  readonly reasons: readonly Reason[]
  /** Whether there was a worker that is kept for another one: whatever happens, it may be kept no longer. */
  readonly kept: boolean
}

interface Place {
  readonly instance: Instance
  readonly turn: number
}

/** By turn, then by job and task, so that the order follows from the cluster alone. */
export const byTurn = (a: Instance, b: Instance): number => {
  const [one, two] = [a.task, b.task]
  return (
    turnOf(a) - turnOf(b) || compare(one.job.name, two.job.name) || compare(one.name, two.name) || a.index - b.index
  )
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

const isBefore = (a: Place, b: Place): boolean =>
  a.turn === b.turn ? byTurn(a.instance, b.instance) < 0 : a.turn < b.turn

/** The instances of one task that wait, by index. Found as they are needed: a task may have 100,000. */
class Line {
  /** From here on all may wait; before, only those in `back`. */
  private cursor = 0
  private readonly back = new Heap<number>((a, b) => a < b)
  private readonly isBack = new Set<number>()
  /** The place before the counter. */
  head: Place | null = null

  constructor(private readonly task: Task) {}

  add({ index }: Instance): void {
    if (index >= this.cursor || this.isBack.has(index)) return
    this.isBack.add(index)
    this.back.push(index)
  }

  first(aside: ReadonlySet<Instance>): Instance | undefined {
    for (let index = this.next(); index !== undefined; this.drop(index), index = this.next()) {
      const instance = this.task.instances[index]
      if (instance !== undefined && isWaiting(instance) && !aside.has(instance)) return instance
    }
    return undefined
  }

  /** The first leaves the line. */
  shift(): void {
    const index = this.next()
    if (index !== undefined) this.drop(index)
  }

  private next(): number | undefined {
    return this.back.peek() ?? (this.cursor < this.task.instances.length ? this.cursor : undefined)
  }

  private drop(index: number): void {
    if (index === this.cursor) this.cursor += 1
    else this.isBack.delete(this.back.pop() ?? index)
  }
}

/**
 * The instances that wait for a place: a line for each task, and before the counter the first of each line. What fits
 * nowhere is parked, all tasks that ask for the same together, and costs nothing until there is room for it.
 */
export class Queue {
  private readonly lines = new Map<Task, Line>()
  private readonly counter = new Heap<Place>(isBefore)
  /** By what is needed. */
  private readonly parked = new Map<string, Parked>()
  /** Why there was no place, by what is needed; until a worker changes that is not worked out again. */
  private readonly said = new Map<string, readonly Reason[]>()
  /** Instances that fit nowhere for a reason of their own. */
  private readonly aside = new Set<Instance>()

  /** Whether somebody may be at the counter. */
  get busy(): boolean {
    return this.counter.size > 0
  }

  add(instance: Instance): void {
    if (!isWaiting(instance) || this.aside.has(instance)) return
    const { task } = instance
    const line = this.lines.get(task) ?? new Line(task)
    this.lines.set(task, line)
    line.add(instance)
    this.call(task, line)
  }

  /** A job has changed: whatever was said of its tasks no longer holds. */
  renew(job: Job): void {
    for (const task of job.tasks.values()) {
      this.lines.delete(task)
      this.leaveParked(task)
      for (const instance of this.aside) if (instance.task === task) this.aside.delete(instance)
      if (task.counts.pending === 0 || job.state !== 'running') continue
      const line = new Line(task)
      this.lines.set(task, line)
      this.call(task, line)
    }
  }

  /** Who is next; it stays in line until it is `taken`, or its task is parked. */
  next(): Instance | undefined {
    for (let place = this.counter.peek(); place !== undefined; place = this.counter.peek()) {
      const { instance, turn } = place
      const line = this.lines.get(instance.task)
      if (line?.head === place && isWaiting(instance) && turnOf(instance) === turn) return instance
      this.counter.pop()
      if (line?.head === place) this.call(instance.task, line)
    }
    return undefined
  }

  /** The one that `next` told of leaves the line. */
  take({ task }: Instance): void {
    const line = this.lines.get(task)
    this.counter.pop()
    if (line === undefined) return
    line.shift()
    line.head = null
    this.call(task, line)
  }

  /** Why who needs the same has no place, where it has none. */
  parkedAs({ task, rejectedBy }: Instance): readonly Reason[] | undefined {
    return rejectedBy.length > 0 ? undefined : this.parked.get(needsOf(task.spec))?.reasons
  }

  /** Why who needs the same had no place when that was last worked out. */
  saidOf({ task, rejectedBy }: Instance): readonly Reason[] | undefined {
    return rejectedBy.length > 0 ? undefined : this.said.get(needsOf(task.spec))
  }

  /** There is no place for any instance of the task until there is room. */
  park({ task }: Instance, reasons: readonly Reason[], kept: boolean): void {
    const needs = needsOf(task.spec)
    const parked = this.parked.get(needs) ?? { asked: task.spec.resources, tasks: new Set(), reasons, kept }
    this.parked.set(needs, parked)
    this.said.set(needs, reasons)
    parked.tasks.add(task)
    this.counter.pop()
    const line = this.lines.get(task)
    if (line !== undefined) line.head = null
  }

  /** There is no place for this instance alone. */
  setAside(instance: Instance): void {
    this.aside.add(instance)
    this.take(instance)
  }

  /** Calls those for whom there may be room now. */
  wake(hasRoom: (asked: Resources) => boolean): void {
    for (const [needs, { asked, tasks, kept }] of this.parked) {
      if (!kept && !hasRoom(asked)) continue
      this.parked.delete(needs)
      for (const task of tasks) this.recall(task)
    }
    for (const instance of this.aside) {
      if (!hasRoom(instance.task.spec.resources)) continue
      this.aside.delete(instance)
      this.add(instance)
    }
  }

  /** Workers are not what they were: everything is asked again. */
  wakeAll(): void {
    this.said.clear()
    this.wake(() => true)
  }

  /** The first of each task that is parked, by turn. */
  parkedFirsts(): readonly Instance[] {
    const firsts: Instance[] = []
    for (const { tasks } of this.parked.values()) {
      for (const task of tasks) {
        const instance = this.lines.get(task)?.first(this.aside)
        if (instance !== undefined) firsts.push(instance)
      }
    }
    return firsts.sort(byTurn)
  }

  private recall(task: Task): void {
    const line = this.lines.get(task)
    if (line !== undefined) this.call(task, line)
  }

  private leaveParked(task: Task): void {
    for (const [needs, { tasks }] of this.parked) {
      if (tasks.delete(task) && tasks.size === 0) this.parked.delete(needs)
    }
  }

  /** The first of a line goes before the counter, if it is not there already. */
  private call(task: Task, line: Line): void {
    const instance = line.first(this.aside)
    if (instance === undefined) {
      this.lines.delete(task)
      this.leaveParked(task)
      return
    }
    if (this.parked.get(needsOf(task.spec))?.tasks.has(task)) return
    const turn = turnOf(instance)
    if (line.head?.instance === instance && line.head.turn === turn) return
    line.head = { instance, turn }
    this.counter.push(line.head)
  }
}

const isWaiting = (instance: Instance): boolean => instance.state === 'pending' && isWanted(instance)

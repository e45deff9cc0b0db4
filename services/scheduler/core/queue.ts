import { type Instance, isWanted, type Task } from '#libs/cluster'
import { Heap } from '#libs/kernel'

/** An instance with the time since when it waits, as it was when it came into line. */
interface Place {
  readonly instance: Instance
  readonly since: number
}

/** Who has waited longest comes first; then by job, task and index, so that the order follows from the log alone. */
const isBefore = (a: Place, b: Place): boolean => {
  if (a.since !== b.since) return a.since < b.since
  if (a.instance.task.job !== b.instance.task.job) return a.instance.task.job.name < b.instance.task.job.name
  if (a.instance.task !== b.instance.task) return a.instance.task.name < b.instance.task.name
  return a.instance.index < b.instance.index
}

/**
 * The instances that wait for a place: a line for each task, and before the counter the first of each line. A task that
 * fits nowhere leaves the counter with its whole line, and comes back the same way: at no cost for its length.
 */
export class Queue {
  private readonly lines = new Map<Task, Heap<Place>>()
  private readonly counter = new Heap<Place>(isBefore)
  /** Those in a line, so that none is in it twice. */
  private readonly queued = new Set<Instance>()
  /** Tasks that fit nowhere since a worker last changed. */
  private readonly blocked = new Set<Task>()
  /** Instances that fit nowhere for a reason of their own. */
  private readonly aside = new Set<Instance>()

  /** Whether somebody may be at the counter. */
  get busy(): boolean {
    return this.counter.size > 0
  }

  add(instance: Instance): void {
    if (!isWaiting(instance) || this.queued.has(instance) || this.aside.has(instance)) return
    this.queued.add(instance)
    this.enter({ instance, since: instance.since })
  }

  /** Who is next; it stays in line until it is `taken`, or its task is blocked. */
  next(): Instance | undefined {
    for (let place = this.counter.peek(); place !== undefined; place = this.counter.peek()) {
      const { instance, since } = place
      const isFirst = this.lines.get(instance.task)?.peek() === place && !this.blocked.has(instance.task)
      if (isFirst && isWaiting(instance) && instance.since === since) return instance
      if (!isFirst) this.counter.pop()
      else {
        this.take(instance)
        this.add(instance) // it may have stopped waiting and begun again
      }
    }
    return undefined
  }

  /** The one that `next` told of leaves the line. */
  take(instance: Instance): void {
    const line = this.lines.get(instance.task)
    this.counter.pop()
    line?.pop()
    this.queued.delete(instance)
    const first = line?.peek()
    if (first !== undefined) this.counter.push(first)
    else this.lines.delete(instance.task)
  }

  /** There is no place for any instance of the task until a worker or the job changes. */
  block(task: Task): void {
    this.blocked.add(task)
  }

  /** There is no place for this instance alone. */
  setAside(instance: Instance): void {
    this.take(instance)
    this.aside.add(instance)
  }

  /** The task may ask again. */
  unblock(task: Task): void {
    if (this.blocked.delete(task)) this.callFirst(task)
    for (const instance of this.aside) if (instance.task === task) this.recall(instance)
  }

  /** Whoever was told that there is no place may ask again. */
  unblockAll(): void {
    const tasks = [...this.blocked]
    this.blocked.clear()
    for (const task of tasks) this.callFirst(task)
    for (const instance of this.aside) this.recall(instance)
  }

  private recall(instance: Instance): void {
    this.aside.delete(instance)
    this.add(instance)
  }

  private callFirst(task: Task): void {
    const first = this.lines.get(task)?.peek()
    if (first !== undefined) this.counter.push(first)
  }

  private enter(place: Place): void {
    const { task } = place.instance
    const line = this.lines.get(task) ?? new Heap<Place>(isBefore)
    this.lines.set(task, line)
    line.push(place)
    if (line.peek() === place && !this.blocked.has(task)) this.counter.push(place)
  }
}

const isWaiting = (instance: Instance): boolean => instance.state === 'pending' && isWanted(instance)

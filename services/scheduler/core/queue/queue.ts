import { type Instance, type Job, type Task, whyHeld } from '#libs/cluster'
import { Heap, type Resources } from '#libs/kernel'
import type { Reason } from '../filters'
import { Line } from './line'
import { Parked } from './parked'
import { byName, byTurn, isAlone, isApart, isWaiting, turnOf } from './turn'

/** An instance before the counter, for itself or for its task, with its turn as it was when it came there. */
interface Place {
  readonly key: Task | Instance
  readonly instance: Instance
  readonly turn: number
}

const keyOf = (instance: Instance): Task | Instance => (isAlone(instance) ? instance : instance.task)

/** By the turns as they were then: by those of now, which change, the heap would lose its order. */
const isBefore = (a: Place, b: Place): boolean =>
  a.turn === b.turn ? byName(a.instance, b.instance) < 0 : a.turn < b.turn

/**
 * The instances that wait for a place, by turn: a line for each task, and before the counter the first of each line.
 * What fits nowhere is parked, and costs nothing until there is room for it.
 */
export class Queue {
  private readonly lines = new Map<Task, Line>()
  private readonly counter = new Heap<Place>(isBefore)
  /** The one place of each line that counts, and of each instance that waits alone; others are left over. */
  private readonly heads = new Map<Task | Instance, Place>()
  private readonly parked = new Parked()
  /** Tasks that may have no place now, whatever room there is, each with those of it that wait alone. */
  private readonly held = new Map<Task, Set<Instance>>()
  /** How many of a task were given a place since the log was last folded. */
  private readonly promised = new Map<Task, number>()

  /** Whether somebody may be at the counter. */
  get busy(): boolean {
    return this.counter.size > 0
  }

  add(instance: Instance): void {
    if (!isWaiting(instance)) return
    if (isAlone(instance)) {
      if (!this.parked.isAside(instance)) this.call(instance, instance)
      return
    }
    const { task } = instance
    const line = this.lines.get(task)
    if (line === undefined) this.lines.set(task, new Line(task))
    else line.add(instance)
    this.callFirst(task)
  }

  /** Another instance has gone to where it must be, or has left there. */
  recall(instance: Instance): void {
    this.parked.takeOut(instance)
    this.add(instance)
  }

  /** A job has changed: whatever was said of its tasks no longer holds. */
  renew(job: Job): void {
    for (const task of job.tasks.values()) {
      this.lines.delete(task)
      this.heads.delete(task)
      this.parked.leave(task)
      this.held.delete(task)
      if (task.counts.pending === 0 || job.state !== 'running') continue
      this.lines.set(task, new Line(task))
      this.callFirst(task)
      const all = isApart(task) ? task.instances : task.instances.made()
      for (const instance of all) if (isAlone(instance)) this.add(instance)
    }
  }

  /** Who is next; it stays in line until it is taken, parked or set aside. */
  next(): Instance | undefined {
    for (let place = this.counter.peek(); place !== undefined; place = this.counter.peek()) {
      const { key, instance, turn } = place
      const isHead = this.heads.get(key) === place
      if (isHead && key === keyOf(instance) && isWaiting(instance) && turnOf(instance) === turn) {
        if (this.whyHeld(instance.task) === null) return instance
        this.hold(instance)
        continue
      }
      this.counter.pop()
      if (!isHead) continue
      this.heads.delete(key)
      // It may have come with its task, and wait alone by now: then it was called for itself.
      if (key === instance && isAlone(instance)) this.add(instance)
      else this.callFirst(instance.task)
    }
    return undefined
  }

  /** The one that `next` told of leaves the line. */
  take(instance: Instance): void {
    const { task } = instance
    this.leaveCounter()
    if (isAlone(instance)) return
    this.lines.get(task)?.shift()
    this.callFirst(task)
  }

  /** One more of the task is being placed than the log tells of. */
  promise(task: Task): void {
    if (task.spec.parallelism !== undefined) this.promised.set(task, (this.promised.get(task) ?? 0) + 1)
  }

  /** What was promised is in the log by now, or never will be. */
  settle(): void {
    const promised = [...this.promised.keys()]
    this.promised.clear()
    for (const task of promised) this.release(task)
  }

  /** Something happened to the job: what it held back may be free to go. */
  changed(job: Job): void {
    if (this.held.size === 0) return
    for (const task of job.tasks.values()) this.release(task)
  }

  private whyHeld(task: Task): string | null {
    return whyHeld(task, this.promised.get(task))
  }

  private hold(instance: Instance): void {
    this.leaveCounter()
    const alone = this.held.get(instance.task) ?? new Set()
    this.held.set(instance.task, alone)
    if (isAlone(instance)) alone.add(instance)
  }

  private release(task: Task): void {
    const alone = this.held.get(task)
    if (alone === undefined || this.whyHeld(task) !== null) return
    this.held.delete(task)
    this.callFirst(task)
    for (const instance of alone) this.add(instance)
  }

  /** Why there is no place for the instance, where that is known already. */
  reasonsFor(instance: Instance): readonly Reason[] | undefined {
    return isAlone(instance) ? undefined : this.parked.reasonsFor(instance.task)
  }

  /** Why there was none when that was last worked out. */
  saidOf(instance: Instance): readonly Reason[] | undefined {
    return isAlone(instance) ? undefined : this.parked.saidOf(instance.task)
  }

  /**
   * There is no place for the one that `next` told of, nor for any other of its task, until there is room. `kept`: a
   * worker was out of question only because it is kept for another one.
   */
  park(instance: Instance, reasons: readonly Reason[], kept: boolean): void {
    this.leaveCounter()
    if (isAlone(instance)) this.parked.setAside(instance, kept)
    else this.parked.add(instance.task, reasons, kept)
  }

  /** Calls those for whom there may be room now. */
  wake(hasRoom: (asked: Resources) => boolean): void {
    const { tasks, alone } = this.parked.wake(hasRoom)
    for (const task of tasks) this.callFirst(task)
    for (const instance of alone) this.add(instance)
  }

  /** Workers are not what they were: everything is asked again. */
  wakeAll(): void {
    this.parked.forgetReasons()
    this.wake(() => true)
  }

  /** The first of each task that is parked, by turn. */
  parkedFirsts(): readonly Instance[] {
    const firsts = [...this.parked.tasks()].map((task) => this.lines.get(task)?.first())
    return firsts.filter((instance) => instance !== undefined).sort(byTurn)
  }

  /** Those that have no place and wait each for itself. */
  parkedAlone(): readonly Instance[] {
    return [...this.parked.aside()].filter((instance) => isWaiting(instance) && isAlone(instance))
  }

  private leaveCounter(): void {
    const place = this.counter.pop()
    if (place !== undefined) this.heads.delete(place.key)
  }

  private callFirst(task: Task): void {
    const instance = this.lines.get(task)?.first()
    if (instance !== undefined) {
      if (!this.parked.has(task)) this.call(task, instance)
      return
    }
    this.lines.delete(task)
    this.heads.delete(task)
  }

  private call(key: Task | Instance, instance: Instance): void {
    const turn = turnOf(instance)
    const head = this.heads.get(key)
    if (head?.instance === instance && head.turn === turn) return
    const place = { key, instance, turn }
    this.heads.set(key, place)
    this.counter.push(place)
  }
}

import type { Instance, Task } from '#libs/cluster'
import { Heap } from '#libs/kernel'
import { isAlone, isWaiting } from './turn'

/** An instance, with the time since when it waits as it was when it came into line. */
interface Waiting {
  readonly instance: Instance
  readonly since: number
}

const isEarlier = (a: Waiting, b: Waiting): boolean =>
  a.since === b.since ? a.instance.index < b.instance.index : a.since < b.since

/** Some that all wait since the same time, of which nothing else was told when the line was made. */
interface Run {
  cursor: number
  readonly to: number
  readonly since: number
}

/**
 * The instances of one task that wait, longest first. Those of which nothing was told but their submit are found as they
 * are needed, by a cursor: there may be 100,000.
 */
export class Line {
  /** Longest waiting first. */
  private readonly runs: readonly Run[]
  private run = 0
  private readonly others = new Heap<Waiting>(isEarlier)
  /** Those in `others`, with the time that counts: one that has stopped waiting and begun again is there twice. */
  private readonly known = new Map<Instance, number>()

  constructor(private readonly task: Task) {
    this.runs = task.instances.alike
      .filter(({ like }) => belongs(like))
      .map(({ from, to, like }) => ({ cursor: from, to, since: like.since }))
      .sort((a, b) => a.since - b.since)
    for (const instance of task.instances.made()) if (belongs(instance)) this.add(instance)
  }

  add(instance: Instance): void {
    const { since } = instance
    if (this.known.get(instance) === since || this.runs.some((run) => isIn(run, instance))) return
    this.known.set(instance, since)
    this.others.push({ instance, since })
  }

  first(): Instance | undefined {
    const [other, fresh] = [this.firstOther(), this.firstFresh()]
    if (other === undefined || fresh === undefined) return other ?? fresh
    return isEarlier({ instance: fresh, since: fresh.since }, { instance: other, since: other.since }) ? fresh : other
  }

  /** The first leaves the line. */
  shift(): void {
    const first = this.first()
    if (first === undefined) return
    if (first === this.firstOther()) {
      this.others.pop()
      this.known.delete(first)
    } else {
      const run = this.runs[this.run]
      if (run !== undefined) run.cursor += 1
    }
  }

  private firstOther(): Instance | undefined {
    for (let other = this.others.peek(); other !== undefined; other = this.others.peek()) {
      const { instance, since } = other
      if (belongs(instance) && instance.since === since) return instance
      this.others.pop()
      if (this.known.get(instance) === since) this.known.delete(instance)
      if (belongs(instance)) this.add(instance) // it has stopped waiting and begun again
    }
    return undefined
  }

  private firstFresh(): Instance | undefined {
    for (; this.run < this.runs.length; this.run += 1) {
      const run = this.runs[this.run]
      for (; run !== undefined && run.cursor < run.to; run.cursor += 1) {
        const instance = this.task.instances.at(run.cursor)
        if (instance !== undefined && isIn(run, instance) && belongs(instance)) return instance
      }
    }
    return undefined
  }
}

/** Whether it is still to come in the run. */
const isIn = ({ cursor, to, since }: Run, instance: Instance): boolean =>
  instance.since === since && instance.index >= cursor && instance.index < to

const belongs = (instance: Instance): boolean => isWaiting(instance) && !isAlone(instance)

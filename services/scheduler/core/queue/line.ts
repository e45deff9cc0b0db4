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

/**
 * The instances of one task that wait, longest first. Those of the last submit all wait since then, so they are found as
 * they are needed, by a cursor: there may be 100,000.
 */
export class Line {
  private cursor = 0
  private readonly submitted: number
  private readonly others = new Heap<Waiting>(isEarlier)
  private readonly known = new Set<Instance>()

  /** @param isNew Whether nothing but its one submit has happened to the task: there is nobody else to look for. */
  constructor(
    private readonly task: Task,
    isNew = false,
  ) {
    this.submitted = task.job.history.at(-1)?.time ?? 0
    if (!isNew) for (const instance of task.instances) if (belongs(instance)) this.add(instance)
  }

  add(instance: Instance): void {
    const { since, index } = instance
    if ((since === this.submitted && index >= this.cursor) || this.known.has(instance)) return
    this.known.add(instance)
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
    } else this.cursor += 1
  }

  private firstOther(): Instance | undefined {
    for (let other = this.others.peek(); other !== undefined; other = this.others.peek()) {
      const { instance, since } = other
      if (belongs(instance) && instance.since === since) return instance
      this.others.pop()
      this.known.delete(instance)
      if (belongs(instance)) this.add(instance) // it has stopped waiting and begun again
    }
    return undefined
  }

  private firstFresh(): Instance | undefined {
    const { instances } = this.task
    for (; this.cursor < instances.length; this.cursor += 1) {
      const instance = instances[this.cursor]
      if (instance !== undefined && instance.since === this.submitted && belongs(instance)) return instance
    }
    return undefined
  }
}

const belongs = (instance: Instance): boolean => isWaiting(instance) && !isAlone(instance)

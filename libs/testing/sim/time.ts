import { Heap } from '#libs/kernel'
import type { Cancel } from '#libs/runtime'

interface Due {
  readonly at: number
  readonly order: number
  run: (() => void) | null
}

/** The simulator's time: it stands still while anything runs, and jumps to the next thing that is due. */
export class Time {
  /** Milliseconds since the run began. */
  now = 0
  /** How many things have been run. */
  steps = 0
  private order = 0
  private readonly due = new Heap<Due>((a, b) => a.at < b.at || (a.at === b.at && a.order < b.order))

  /** Runs `task` at a time, or now where that is past: after all that was asked for before for the same time. */
  at(at: number, task: () => void): Cancel {
    this.order += 1
    const due: Due = { at: Math.max(at, this.now), order: this.order, run: task }
    this.due.push(due)
    return () => {
      due.run = null
    }
  }

  after(ms: number, task: () => void): Cancel {
    return this.at(this.now + Math.max(0, ms), task)
  }

  /** Runs everything that is due up to a time, and each time all promises that follow from it; stops when told to. */
  async runUntil(until: number, isOver: () => boolean): Promise<void> {
    await null // a tick asked for by who is no promise's continuation would come before all promises
    while (!isOver()) {
      const next = this.due.peek()
      if (next === undefined || next.at > until) break
      this.due.pop()
      if (next.run === null) continue
      this.now = next.at
      this.steps += 1
      next.run()
      await settled()
    }
    if (!isOver()) this.now = until
  }
}

/** Resolves when no promise has anything left to do: Node runs its next tick only then, and no real time passes. */
const settled = (): Promise<void> => new Promise((resolve) => process.nextTick(resolve))

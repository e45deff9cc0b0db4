import type { Cancel, Machine } from '#libs/runtime'
import type { Time } from './time'

/** Where a process may be told to die, or is stopped for a while: just before or after the n-th such call from now. */
export interface Trap {
  readonly where: 'publish' | 'engine'
  readonly when: 'before' | 'after'
  count: number
  /** Milliseconds for which it is stopped; null: it dies. */
  readonly stopMs: number | null
}

/** What a machine's clocks show; they outlive the processes on it. */
export interface Clocks {
  /** Milliseconds by which the wall clock is off. */
  wallOffset: number
  /** What the monotonic clock showed when the run began. */
  readonly monoBase: number
}

/** So often it is asked what the time is, while it does not pass, by a process that is taken to do so for ever. */
const SPINS = 20_000

/** The wall clock's time when a run begins. */
export const EPOCH = Date.parse('2026-01-01T00:00:00Z')

/**
 * One life of one service. Dead, nothing reaches it and nothing it asks for comes back; paused (SIGSTOP), all of it
 * waits in order.
 */
export class Process {
  private alive = true
  private paused = false
  private readonly waiting: (() => void)[] = []
  private readonly endings: (() => void)[] = []
  private ids = 0
  private asked = { at: 0, times: 0 }
  trap: Trap | null = null

  constructor(
    /** Unique among all processes of a run, e.g. `w1/2`. */
    readonly name: string,
    private readonly time: Time,
    private readonly clocks: Clocks,
    private readonly onTrap: (trap: Trap) => void,
    private readonly onSpin: () => void,
  ) {}

  get isAlive(): boolean {
    return this.alive
  }

  get isPaused(): boolean {
    return this.paused
  }

  /** Hands something to the process: run now, when it is continued, or never. */
  run(task: () => void): void {
    if (!this.alive) return
    if (this.paused || this.waiting.length > 0) this.waiting.push(task)
    else task()
  }

  /** A place in which it may have been told to die or to stop. Resolves where it lives on, else never. */
  async passes(where: Trap['where'], when: Trap['when']): Promise<void> {
    const { trap } = this
    if (trap !== null && trap.where === where && trap.when === when) {
      trap.count -= 1
      if (trap.count <= 0) {
        this.trap = null
        this.onTrap(trap)
      }
    }
    if (!this.alive) await never()
    if (this.paused) await new Promise<void>((resolve) => this.run(resolve))
  }

  onEnd(end: () => void): void {
    this.endings.push(end)
  }

  die(): void {
    if (!this.alive) return
    this.alive = false
    for (const end of this.endings) end()
  }

  pause(): void {
    this.paused = true
  }

  continue(): void {
    if (!this.paused) return
    this.paused = false
    this.catchUp()
  }

  /** Each in a step of its own, as a loop that wakes up finds them; what comes meanwhile waits behind them. */
  private catchUp(): void {
    if (this.waiting.length === 0) return
    this.time.after(0, () => {
      if (!this.alive || this.paused) return
      this.waiting.shift()?.()
      this.catchUp()
    })
  }

  /** Time stands still while anything runs: who goes on without waiting for anything would never let it pass. */
  private watchForSpin(): void {
    const { now } = this.time
    if (this.asked.at !== now) this.asked = { at: now, times: 0 }
    this.asked.times += 1
    if (this.asked.times < SPINS) return
    this.onSpin()
    throw new Error(`${this.name} goes on without end`)
  }

  /** What the service is given for its machine. */
  get machine(): Machine {
    const after = (ms: number, call: () => void): Cancel => {
      let cancelled = false
      this.time.after(ms, () => this.run(() => (cancelled ? undefined : call())))
      return () => {
        cancelled = true
      }
    }
    return {
      now: () => {
        this.watchForSpin()
        return {
          wall: EPOCH + Math.floor(this.time.now) + this.clocks.wallOffset,
          mono: this.clocks.monoBase + this.time.now,
        }
      },
      after,
      soon: (call) => void after(0, call),
      newId: () => {
        this.ids += 1
        return `${this.name}/${this.ids}`
      },
    }
  }
}

export const never = <T>(): Promise<T> => new Promise<T>(() => {})

import type { Cancel, Machine } from './machine'

/** Timers hold 31 bits of milliseconds; a longer one would fire at once. */
const LONGEST_MS = 3_600_000

/**
 * Rings once, at the earliest of the times asked for since it last rang, or before: who is woken asks again for what is
 * not due yet.
 */
export class Alarm {
  private cancelRing: Cancel | undefined
  private at = 0

  constructor(
    private readonly machine: Machine,
    private readonly ring: () => void,
  ) {}

  /** To ring in so many milliseconds, never at once. */
  ringIn(ms: number): void {
    const wait = Math.min(Math.max(0, ms), LONGEST_MS)
    const at = this.machine.now().mono + wait
    if (this.cancelRing !== undefined && this.at <= at) return
    this.cancelRing?.()
    this.at = at
    this.cancelRing = this.machine.after(wait, () => {
      this.cancelRing = undefined
      this.ring()
    })
  }

  cancel(): void {
    this.cancelRing?.()
    this.cancelRing = undefined
  }
}

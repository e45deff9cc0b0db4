/** Timers hold 31 bits of milliseconds; a longer one would fire at once. */
const LONGEST_MS = 3_600_000

/**
 * Rings once, at the earliest of the times asked for since it last rang, or before: who is woken asks again for what is
 * not due yet.
 */
export class Alarm {
  private timer: NodeJS.Timeout | undefined
  private at = 0

  /** `now`: monotonic milliseconds. */
  constructor(
    private readonly now: () => number,
    private readonly ring: () => void,
  ) {}

  /** To ring in so many milliseconds, never at once. */
  ringIn(ms: number): void {
    const wait = Math.min(Math.max(0, ms), LONGEST_MS)
    const at = this.now() + wait
    if (this.timer !== undefined && this.at <= at) return
    clearTimeout(this.timer)
    this.at = at
    this.timer = setTimeout(() => {
      this.timer = undefined
      this.ring()
    }, wait)
  }

  cancel(): void {
    clearTimeout(this.timer)
    this.timer = undefined
  }
}

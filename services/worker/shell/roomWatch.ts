import { type Log, reserveReached } from '#libs/log'
import type { Cancel, Machine } from '#libs/runtime'
import { type Fact, setScarce, type WorkerView } from '../core'

const ASK_EVERY_MS = 10_000

interface RoomWatchOptions {
  readonly log: Log
  readonly view: WorkerView
  readonly machine: Machine
  readonly onLook: () => void
}

/**
 * Whether the log has come to its reserve, which is to last for what containers report. Asked for only while containers
 * are started again, every ten seconds at most, and from then on until there is room: most workers never ask.
 */
export class RoomWatch {
  private wanted = false
  private timer: Cancel | undefined
  private stopped = false

  constructor(private readonly options: RoomWatchOptions) {}

  /** What is told: of those a restart may be one of many. */
  told(facts: readonly Fact[]): void {
    if (!facts.some(({ draft }) => draft.type === 'TaskRestarting')) return
    this.wanted = true
    if (this.timer === undefined) void this.look()
  }

  stop(): void {
    this.stopped = true
    this.timer?.()
  }

  private async look(): Promise<void> {
    if (this.stopped) return
    const { log, view, machine, onLook } = this.options
    this.wanted = false
    this.timer = machine.after(ASK_EVERY_MS, () => {
      this.timer = undefined
      if (this.wanted || view.scarce) void this.look()
    })
    const info = await log.info().catch(() => null) // while the log is away nothing is known of its room
    if (info === null || this.stopped) return
    setScarce(view, reserveReached(info) !== null)
    onLook()
  }
}

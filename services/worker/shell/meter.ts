import { NO_RESOURCES, type Resources } from '#libs/kernel'

export interface MeterOptions<Usage> {
  /** Measures the machine; cheap. */
  readonly machine: () => Promise<Resources>
  /** Measures every container; the engine pays for each. */
  readonly containers: () => Promise<readonly Usage[]>
  /** Whether the engine has something better to do just now. */
  readonly isBusy: () => boolean
  readonly monotonicMs: () => number
}

/** Figures of containers are for people, and every manager reads them: no new ones within this time, */
const FRESH_MS = 5_000
/** nor within so much for each container. */
const FRESH_EACH_MS = 500
/** While the engine is busy, they may grow so old. */
const OLDEST_MS = 10_000
/** Measuring containers takes at most this part of the time. */
const SHARE = 0.05

/**
 * Knows what the machine and its containers use, as of the last time it was asked to look. Looking is done in the
 * background and yields to work: never twice at once, seldom where it takes long, and while containers are being
 * started or stopped only when the figures have grown old.
 */
export class Meter<Usage> {
  machine: Resources = NO_RESOURCES
  containers: readonly Usage[] = []
  private looking = false
  private lookedAt = Number.NEGATIVE_INFINITY
  private tookMs = 0

  constructor(private readonly options: MeterOptions<Usage>) {}

  /** Looks, where it is time to. What cannot be measured keeps its last figures. */
  async look(): Promise<void> {
    if (this.looking) return
    this.looking = true
    try {
      this.machine = await this.options.machine().catch(() => this.machine)
      if (this.isTime()) await this.lookAtContainers()
    } finally {
      this.looking = false
    }
  }

  private isTime(): boolean {
    const age = this.options.monotonicMs() - this.lookedAt
    const enough = this.options.isBusy() ? OLDEST_MS : FRESH_MS
    return age >= Math.max(enough, this.containers.length * FRESH_EACH_MS, this.tookMs / SHARE)
  }

  private async lookAtContainers(): Promise<void> {
    const { monotonicMs } = this.options
    const begun = monotonicMs()
    this.containers = await this.options.containers().catch(() => this.containers)
    this.lookedAt = monotonicMs()
    this.tookMs = this.lookedAt - begun
  }
}

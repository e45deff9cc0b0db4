import type { Log, LogInfo } from '#libs/log'
import { usableBytes } from '#libs/log'
import type { Machine } from './machine'

const LOOK_EVERY_MS = 1_000
/** Events that may be written before the next look is taken: a few batches of decisions. */
const UNSEEN = 4_000

/**
 * What a service knows of the log beyond what it has folded: how far it goes, and how much room there is. Asked for
 * once a second at most, so that it costs decisions next to nothing; but while the log may be filling up, each time.
 */
export class LogWatch {
  private known: LogInfo | null = null
  private askedAt = Number.NEGATIVE_INFINITY

  constructor(
    private readonly log: Log,
    private readonly machine: Machine,
  ) {}

  /** As it is now. Rejects as `Log.info` does. */
  async look(): Promise<LogInfo> {
    this.askedAt = this.machine.now().mono
    this.known = await this.log.info()
    return this.known
  }

  /** As it was a second ago at most, or is now where that may matter. */
  async latest(): Promise<LogInfo> {
    const { known, machine } = this
    const isFresh = machine.now().mono - this.askedAt < LOOK_EVERY_MS
    return known !== null && isFresh && !isNearLimit(known) ? known : this.look()
  }
}

const isNearLimit = ({ bytes, maxBytes, firstSeq, lastSeq }: LogInfo): boolean => {
  if (maxBytes === null) return false
  const each = bytes / Math.max(1, lastSeq - firstSeq + 1)
  return bytes + each * UNSEEN > usableBytes(maxBytes)
}

import { OrkFailure, orkError } from '#libs/kernel'
import { type Log, type LogInfo, reserveReached, usableBytes } from '#libs/log'
import type { Logger } from './logger'
import type { Machine } from './machine'

const LOOK_EVERY_MS = 1_000
/** Events that may be written before the next look is taken: a few batches of decisions. */
const UNSEEN = 4_000

/** Events. Who is so far behind would decide on what is long over, and mostly be refused. */
const FAR_BEHIND = 5_000

export interface LogWatchOptions {
  readonly log: Log
  readonly machine: Machine
  readonly logger: Logger
  /** Up to where the service has folded, and how to wait until it is further. */
  readonly folded: () => number
  readonly foldedUpTo: (seq: number) => Promise<void>
}

/**
 * What a service knows of the log beyond what it has folded: how far it goes, and how much room there is. Asked for
 * once a second at most, so that it costs decisions next to nothing; but while the log may be filling up, each time.
 */
export class LogWatch {
  private known: LogInfo | null = null
  private askedAt = Number.NEGATIVE_INFINITY
  /** By how much the servers' clock was ahead of the monotonic one of this machine; null: not known yet. */
  private ahead: number | null = null

  private full = false
  private differs = ''

  constructor(private readonly options: LogWatchOptions) {}

  /** As it is now. Rejects as `Log.info` does, and where that is not the log that was folded (`LogLostEvents`). */
  async look(): Promise<LogInfo> {
    const { log, machine } = this.options
    const folded = this.options.folded()
    this.known = null
    this.askedAt = machine.now().mono
    const info = await log.info()
    this.ahead = info.time - machine.now().mono
    if (info.cluster !== log.cluster || info.lastSeq < folded) throw new OrkFailure(notAsFolded(info, folded))
    this.known = info
    this.tellDifferences(info)
    return info
  }

  /**
   * What the servers' clock shows, and never more: what is to be done at some time is done by a clock that all who may
   * come to lead share. Null before it was asked for.
   */
  wallAt(mono: number): number | null {
    return this.ahead === null ? null : Math.floor(this.ahead + mono)
  }

  private tellDifferences(info: LogInfo): void {
    const differs = differenceIn(info) ?? ''
    if (differs !== this.differs && differs !== '') this.options.logger.error({ stream: info.stream }, differs)
    this.differs = differs
  }

  /** As it was a second ago at most, or is now where that may matter. */
  async latest(): Promise<LogInfo> {
    const { known } = this
    const isFresh = this.options.machine.now().mono - this.askedAt < LOOK_EVERY_MS
    return known !== null && isFresh && !isNearLimit(known) ? known : this.look()
  }

  /** Whether to decide now, while the log has room for it; on a view that is far behind, not before it is not. */
  async mayDecide(): Promise<boolean> {
    const { logger, folded, foldedUpTo } = this.options
    const info = await this.latest()
    const seq = folded()
    if (info.lastSeq - seq > FAR_BEHIND) {
      logger.warn({ seq, lastSeq: info.lastSeq }, 'far behind the log, catching up before anything is decided')
      await foldedUpTo(info.lastSeq)
    }
    const error = reserveReached(info)
    if (error !== null && !this.full) logger.error({ error }, 'the log is full: nothing is decided until it has room')
    if (error === null && this.full) logger.info('the log has room again')
    this.full = error !== null
    return !this.full
  }
}

const differenceIn = ({ stream, differs, borne }: LogInfo): string | null => {
  const changed = `somebody has changed the stream ${stream}: ${[...differs, ...borne].join('; ')}`
  if (differs.length > 0) return `${changed}; no service can start until it is changed back`
  return borne.length > 0 ? `${changed}; nobody can change that back` : null
}

const notAsFolded = ({ stream, lastSeq }: LogInfo, folded: number) =>
  orkError('LogLostEvents', `the log ends at ${lastSeq}, and is not the one that was read up to ${folded}`, {
    where: `stream ${stream}`,
    next: 'servers that have just elected a leader are back in a moment; else events were lost, and the services end',
  })

const isNearLimit = ({ bytes, maxBytes, firstSeq, lastSeq }: LogInfo): boolean => {
  if (maxBytes === null) return false
  const each = bytes / Math.max(1, lastSeq - firstSeq + 1)
  return bytes + each * UNSEEN > usableBytes(maxBytes)
}

import type { Cluster, Now } from '#libs/cluster'
import { type OrkError, OrkFailure } from '#libs/kernel'
import { newestSnapshot, type SnapshotSource } from './load'
import { advanceSnapshot, storeSnapshot } from './store'

export interface KeeperSettings {
  /** A snapshot is due after so many events, or after so long if there were some; later where taking one takes long. */
  readonly everyEvents: number
  readonly everyMs: number
  /** Fewer than so many events are read as quickly as any snapshot. */
  readonly fewEvents: number
  /** How long to wait after one that could not be taken, in milliseconds. */
  readonly retryMs: number
}

export const DEFAULT_KEEPER: KeeperSettings = {
  everyEvents: 50_000,
  everyMs: 600_000,
  fewEvents: 2_000,
  retryMs: 60_000,
}

/** Taking snapshots takes at most this part of the time: of a large cluster they are the seldomer. */
const SHARE = 0.02

/** Takes none: for who has nobody that would start from it. */
export const NO_SNAPSHOTS: KeeperSettings = {
  everyEvents: Number.POSITIVE_INFINITY,
  everyMs: Number.POSITIVE_INFINITY,
  fewEvents: Number.POSITIVE_INFINITY,
  retryMs: 0,
}

export interface KeeperOptions {
  readonly source: SnapshotSource
  readonly now: () => Now
  /** Told of snapshots that could not be used, or not be taken. */
  readonly warn: (error: unknown, what: string) => void
  readonly settings?: KeeperSettings
}

/** Gives a service the snapshot to start from, and takes new ones beside its work. */
export class SnapshotKeeper {
  private readonly settings: KeeperSettings
  /** Sequence of the newest snapshot, and when the next may be taken; monotonic milliseconds. */
  private newest = 0
  private takenAt: number
  private notBefore = 0
  private taking: Promise<void> | null = null

  constructor(private readonly options: KeeperOptions) {
    this.settings = options.settings ?? DEFAULT_KEEPER
    this.takenAt = options.now().mono
  }

  /** The cluster to begin with. Throws as `newestSnapshot`. */
  async load(): Promise<Cluster> {
    const { source } = this.options
    const { cluster } = await newestSnapshot(source, (error) => this.passOver(error))
    this.newest = cluster.seq
    return cluster
  }

  /** To be called by the one who is to take snapshots, as its fold goes on: takes one in the background when it is due. */
  reached(seq: number): void {
    const { mono } = this.options.now()
    if (this.taking !== null || mono < this.notBefore) return
    const events = seq - this.newest
    const { everyEvents, everyMs, fewEvents } = this.settings
    if (events < everyEvents && (events < fewEvents || mono - this.takenAt < everyMs)) return
    this.taking = this.take().finally(() => {
      this.taking = null
    })
  }

  /** Resolves when none is being taken. */
  async idle(): Promise<void> {
    await this.taking
  }

  /** Takes a last one of a view that no longer changes, if that saves the next start anything, or makes it possible. */
  async last(cluster: Cluster): Promise<void> {
    await this.idle()
    if (cluster.seq - this.newest < this.settings.fewEvents && !(await this.isOnlyOne())) return
    await storeSnapshot(this.options.source, cluster)
  }

  private async take(): Promise<void> {
    const begunAt = this.options.now().mono
    try {
      this.newest = await advanceSnapshot(this.options.source, (error) => this.passOver(error))
      const { mono } = this.options.now()
      this.notBefore = mono + (mono - begunAt) / SHARE
    } catch (cause) {
      this.notBefore = this.options.now().mono + this.settings.retryMs
      this.options.warn(cause, 'no snapshot could be taken')
    }
    this.takenAt = this.options.now().mono
  }

  /** Whether what the newest does not hold is gone from the log: somebody has purged it. */
  private async isOnlyOne(): Promise<boolean> {
    return (await this.options.source.log.info()).firstSeq > this.newest + 1
  }

  private passOver(error: OrkError): void {
    this.options.warn(new OrkFailure(error), 'a snapshot is passed over')
  }
}

import type { OrkError } from '#libs/kernel'
import type { Following, Log } from '#libs/log'
import { type Machine, within } from '#libs/runtime'
import { evolveView, type WorkerView } from '../core'
import type { Outbox } from './outbox'

/** How long a start waits for what was not sent before. */
const RECOVERY_MS = 10_000

interface FeedOptions {
  readonly log: Log
  readonly view: WorkerView
  readonly outbox: Outbox
  readonly machine: Machine
  /** The view has come on. */
  readonly onNews: () => void
  /** The log cannot be followed any more. */
  readonly onBroken: (why: OrkError) => void
  readonly isOver: () => boolean
}

/** Folds a worker's part of the log into its view, on top of what its earlier lives have told. */
export class Feed {
  private following: Following | undefined

  constructor(private readonly options: FeedOptions) {}

  /**
   * Brings to the log what earlier lives could not, then folds it: what is decided on must know what was told. A log
   * that takes nothing, though it is there, holds up only those of whom there is something to tell.
   */
  async catchUp(): Promise<void> {
    const { outbox, machine, view } = this.options
    const recovered = outbox.recover().then(() => true)
    const sentAtOnce = await within(machine, RECOVERY_MS, recovered)
    const { behind } = outbox // of others what was told is in the log, and folded next
    await this.follow()
    if (sentAtOnce) return
    if (await within(machine, RECOVERY_MS, recovered)) return this.followAnew() // the log was away, and is there again
    view.untold = new Set([...behind, ...outbox.behind])
    void recovered.then(() => this.hearUntold())
  }

  async stop(): Promise<void> {
    await this.following?.stop()
  }

  /** Folds what has been sent by now, too. */
  private async followAnew(): Promise<void> {
    await this.stop()
    await this.follow()
  }

  /** What earlier lives told is in the log at last. */
  private async hearUntold(): Promise<void> {
    const { view, onNews, isOver } = this.options
    if (isOver()) return
    await this.followAnew()
    view.untold = new Set()
    if (isOver()) await this.stop()
    else onNews()
  }

  /** Folds this worker's part of the log from where the view is; resolves when it has caught up. */
  private async follow(): Promise<void> {
    const { log, view, machine, onNews, onBroken } = this.options
    this.following = log.follow({
      from: view.cluster.seq + 1,
      queries: [{ topic: 'job' }, { topic: 'control' }, { worker: view.name }],
      onEntries: (entries) => {
        const now = machine.now()
        for (const entry of entries) evolveView(view, entry, now)
        onNews()
      },
    })
    void this.following.broken.then(onBroken)
    await this.following.caughtUp
  }
}

import { type OrkEvent, stamp } from '#libs/events'
import type { Log } from '#libs/log'
import { type Logger, type Machine, pause } from '#libs/runtime'
import type { Fact } from '../core'

/** A fact with the time at which it became true. */
interface Told extends Fact {
  readonly time: number
}

const RETRY_MS = 1_000

/**
 * Brings facts to the log in order, each once. Facts are never refused for what they say; while the log cannot be
 * reached or is full they wait here. Of one instance at most one is under way at a time, so that a resent one cannot
 * overtake the next.
 */
export class Outbox {
  private waiting: Told[] = []
  private sending = false
  private idle: (() => void)[] = []
  private stopped = false

  constructor(
    private readonly log: Log,
    private readonly worker: string,
    private readonly logger: Logger,
    private readonly machine: Machine,
  ) {}

  get size(): number {
    return this.waiting.length
  }

  add(facts: readonly Fact[], time: number): void {
    for (const fact of facts) this.waiting.push({ ...fact, time })
    if (!this.sending) void this.send()
  }

  /** Resolves when nothing waits any more; what cannot be sent is left to the next start, which finds it out again. */
  async drained(): Promise<void> {
    if (!this.sending && this.waiting.length === 0) return
    await new Promise<void>((resolve) => this.idle.push(resolve))
  }

  stop(): void {
    this.stopped = true
  }

  private async send(): Promise<void> {
    this.sending = true
    while (this.waiting.length > 0 && !this.stopped) {
      const batch = this.takeBatch()
      try {
        const results = await this.log.append(batch.map((told) => ({ event: this.event(told) })))
        const failed = batch.filter((_, i) => results[i]?.tag !== 'Stored')
        if (failed.length > 0)
          await this.putBack(
            failed,
            results.find((result) => result.tag === 'Refused'),
          )
      } catch (cause) {
        await this.putBack(batch, cause)
      }
    }
    this.sending = false
    for (const resolve of this.idle.splice(0)) resolve()
  }

  private takeBatch(): Told[] {
    const batch: Told[] = []
    const later: Told[] = []
    const seen = new Set<string>()
    for (const told of this.waiting) {
      if (seen.has(told.instance)) later.push(told)
      else batch.push(told)
      seen.add(told.instance)
    }
    this.waiting = later
    return batch
  }

  private async putBack(facts: readonly Told[], why: unknown): Promise<void> {
    this.waiting = [...facts, ...this.waiting]
    this.logger.error({ why, waiting: this.waiting.length }, 'the log does not take facts, trying again')
    if (!this.stopped) await pause(this.machine, RETRY_MS)
  }

  private event({ id, draft, time }: Told): OrkEvent {
    return stamp(draft, { id, source: `worker/${this.worker}`, time })
  }
}

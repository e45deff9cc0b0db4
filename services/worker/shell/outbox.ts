import { type OrkEvent, stamp } from '#libs/events'
import type { AppendResult, Log } from '#libs/log'
import { type Cancel, type Logger, type Machine, pause } from '#libs/runtime'
import { type Fact, movesOn } from '../core'
import type { Journal, Told } from './journal'

export interface OutboxOptions {
  readonly log: Log
  readonly journal: Journal
  readonly worker: string
  readonly logger: Logger
  readonly machine: Machine
  /** There is room again, after `isFull`. */
  readonly onRoom: () => void
}

const RETRY_MS = 1_000
/** A fact that the log has not acknowledged within this time goes to the journal. */
const KEEP_AFTER_MS = 250

interface Waiting {
  told: Told
  kept: boolean
}

/**
 * Brings facts to the log in order, each once. Facts are never refused for what they say; while the log cannot be
 * reached or is full they wait here, and in the journal. Of one instance at most one is under way at a time, so that a
 * resent one cannot overtake the next.
 */
export class Outbox {
  /** By instance, the oldest first; the first of each may be under way. */
  private readonly queues = new Map<string, Waiting[]>()
  /** Not in the journal yet, in the order in which they came. */
  private unkept: Waiting[] = []
  private sending = false
  private keeping: Cancel | undefined
  private connected = true
  private idle: (() => void)[] = []
  private stopped = false

  constructor(private readonly options: OutboxOptions) {}

  /** Whether no more is to be told until some is sent: the journal holds as much as it may. */
  get isFull(): boolean {
    return this.options.journal.isFull
  }

  /** The instances of which the log has not taken all that was told. */
  get behind(): ReadonlySet<string> {
    return new Set(this.queues.keys())
  }

  /** How many facts of before a time (milliseconds since 1970) the log has not taken. */
  waitingSince(time: number): number {
    let count = 0
    for (const queue of this.queues.values()) for (const { told } of queue) if (told.time < time) count += 1
    return count
  }

  /** `asOf`: up to where the log was folded when they were decided. */
  add(facts: readonly Fact[], time: number, asOf: number): void {
    const added = facts.map((fact) => this.enqueue({ ...fact, time, asOf }, false))
    this.unkept.push(...added)
    this.keepSoon()
    if (!this.sending) void this.send()
  }

  /** Sends what earlier lives of this worker could not; resolves once all of it is in the log. */
  async recover(): Promise<void> {
    const { journal, logger } = this.options
    const facts = await journal.recover()
    if (facts.length === 0) return journal.clear()
    logger.info({ facts: facts.length }, 'sending what could not be sent before')
    const recovered = facts.map((told) => this.enqueue(told, true))
    await this.boundAsOf(recovered)
    if (!this.sending) void this.send()
    await this.drained()
  }

  /** A log that was restored from a backup ends before what the facts were decided on: what it stores from now on is new. */
  private async boundAsOf(recovered: readonly Waiting[]): Promise<void> {
    const end = await this.options.log.lastSeq().catch(() => Number.POSITIVE_INFINITY) // away: each comes twice at most
    for (const waiting of recovered) {
      const { asOf } = waiting.told
      if (asOf !== undefined && asOf > end) waiting.told = { ...waiting.told, asOf: end }
    }
  }

  /** Tells whether the servers are there: while they are not, facts go to the journal at once. */
  onStatus(connected: boolean): void {
    this.connected = connected
    if (!connected) this.keepSoon()
  }

  /** Resolves when nothing waits any more. */
  async drained(): Promise<void> {
    if (!this.sending && this.queues.size === 0) return
    await new Promise<void>((resolve) => this.idle.push(resolve))
  }

  /** Sends nothing more; what waits stays in the journal. */
  async stop(): Promise<void> {
    this.stopped = true
    this.keeping?.()
    if (this.unkept.length > 0) void this.keep()
    await this.options.journal.close()
  }

  private enqueue(told: Told, kept: boolean): Waiting {
    const waiting = { told, kept }
    const queue = this.queues.get(told.instance)
    if (queue === undefined) this.queues.set(told.instance, [waiting])
    else queue.push(waiting)
    return waiting
  }

  /** A fact that is acknowledged quickly never touches the disk. */
  private keepSoon(): void {
    if (this.unkept.length === 0) return
    if (this.connected && this.keeping !== undefined) return
    this.keeping?.()
    this.keeping = this.options.machine.after(this.connected ? KEEP_AFTER_MS : 0, () => {
      this.keeping = undefined
      void this.keep()
    })
  }

  private async keep(): Promise<void> {
    const facts = this.unkept.filter(({ kept }) => !kept)
    this.unkept = []
    for (const waiting of facts) waiting.kept = true
    if (facts.length > 0) await this.options.journal.keep(facts.map(({ told }) => told))
  }

  private async send(): Promise<void> {
    this.sending = true
    while (this.queues.size > 0 && !this.stopped) {
      const batch = [...this.queues.values()].flatMap(([first]) => first ?? [])
      try {
        const results = await this.options.log.append(batch.map(({ told }) => ({ event: this.event(told) })))
        this.acknowledge(batch, results)
        const refused = results.find((result) => result.tag !== 'Stored')
        if (refused !== undefined) await this.wait(refused)
      } catch (cause) {
        await this.wait(cause)
      }
    }
    if (!this.stopped) await this.options.journal.clear()
    this.sending = false
    if (this.queues.size > 0 && !this.stopped) return this.send()
    for (const resolve of this.idle.splice(0)) resolve()
  }

  private acknowledge(batch: readonly Waiting[], results: readonly AppendResult[]): void {
    const { journal, onRoom } = this.options
    const wasFull = journal.isFull
    const stored: Waiting[] = []
    for (const [at, waiting] of batch.entries()) {
      const result = results[at]
      if (result?.tag !== 'Stored') continue
      stored.push(waiting)
      this.advance(waiting.told, result.seq)
    }
    const kept = stored.filter((waiting) => waiting.kept)
    for (const waiting of stored) waiting.kept = true // it need not be any more
    if (kept.length > 0) journal.sent(kept.map(({ told }) => told))
    if (wasFull && !journal.isFull) onRoom()
  }

  /** The first fact of an instance is in the log: the next one's turn, or its own under another id. */
  private advance(told: Told, seq: number): void {
    const queue = this.queues.get(told.instance)
    queue?.shift()
    if (hadNoEffect(told, seq)) {
      this.options.logger.warn({ id: told.id, seq }, 'the log has had this before, to no effect: it is told again')
      const { asOf, ...rest } = told // without `asOf`: once more is enough
      const again = { told: { ...rest, id: `${told.id}@${asOf}` }, kept: false }
      queue?.unshift(again)
      this.unkept.push(again)
      this.keepSoon()
    }
    if (queue?.length === 0) this.queues.delete(told.instance)
  }

  private async wait(why: unknown): Promise<void> {
    const { logger, machine } = this.options
    logger.error({ why, waiting: this.queues.size }, 'the log does not take facts, trying again')
    if (!this.stopped) await pause(machine, RETRY_MS)
  }

  private event({ id, draft, time }: Told): OrkEvent {
    return stamp(draft, { id, source: `worker/${this.options.worker}`, time })
  }
}

/**
 * Whether what is stored under a fact's id is an earlier telling of it, which was folded before the fact was decided: it
 * changed nothing, then, as where what comes before it was lost, and another one under its id would be taken for a repeat.
 */
const hadNoEffect = ({ asOf, draft }: Told, seq: number): boolean => asOf !== undefined && seq <= asOf && movesOn(draft)

import type { NatsConnection } from 'nats'
import { isPassingCode } from './passing'
import type { Ack } from './wire'

/** How long a server may leave requests unanswered before another one is tried: their elections take some seconds. */
const PATIENCE_MS = 10_000
/** The same until the first answer. */
const FIRST_PATIENCE_MS = 4_000
/** The wait doubles with every failover that did not help, up to this. */
const LONGEST_PATIENCE_MS = 60_000

/** What is used of the client's connection. */
export type Leavable = Pick<NatsConnection, 'getServer' | 'reconnect' | 'info'>

/** Watched apart: a server that has lost the others answers questions for a while, but acknowledges no write. */
export type Kind = 'question' | 'write'

/** Since when one kind of request goes unanswered; monotonic milliseconds, null while it does not. */
interface Silence {
  patienceMs: number
  answeredAt: number
  since: number | null
}

const untilNow = (): Silence => ({ patienceMs: FIRST_PATIENCE_MS, answeredAt: Number.NEGATIVE_INFINITY, since: null })

/**
 * Reconnects to another server once this one no longer reaches the log. The client would not: a server that is cut off
 * from the others still answers its pings.
 */
export class Failover {
  /** How many times another server was turned to. */
  moves = 0
  private readonly silences: Readonly<Record<Kind, Silence>> = { question: untilNow(), write: untilNow() }
  private left: string | null = null

  /** `named`: how many servers were named; those that they tell of count too. */
  constructor(
    private readonly nc: Leavable,
    private readonly named: number,
    private readonly mono: () => number = () => performance.now(),
  ) {}

  /** The servers have answered: they reach the log. */
  answered(kind: Kind): void {
    const silence = this.silences[kind]
    silence.answeredAt = this.mono()
    silence.since = null
    silence.patienceMs = PATIENCE_MS
  }

  /** An answer to a publish. A refusal proves nothing: a server that could not have stored it may say so, too. */
  acknowledged(ack: Ack): void {
    if (ack.tag === 'Stored') this.answered('write')
    else if (ack.tag === 'Error' && isPassingCode(ack.errCode)) this.unanswered('write', 0)
  }

  /** Something asked `waitedMs` ago has no answer, or only that there is no leader now. */
  unanswered(kind: Kind, waitedMs: number): void {
    const silence = this.silences[kind]
    const now = this.mono()
    const askedAt = now - waitedMs
    if (this.left !== null || askedAt < silence.answeredAt) return
    silence.since = Math.min(silence.since ?? now, askedAt)
    if (now - silence.since < silence.patienceMs || !this.hasOthers) return
    silence.patienceMs = Math.min(silence.patienceMs * 2, LONGEST_PATIENCE_MS)
    this.moves += 1
    this.left = this.nc.getServer()
    void this.nc.reconnect()
  }

  /** The connection is back: whether to stay on it. False: the client took the very server that was left, and tries on. */
  arrived(): boolean {
    const { left } = this
    this.left = null
    for (const silence of Object.values(this.silences)) {
      silence.since = null
      silence.answeredAt = this.mono() // what was asked of the other one is not held against this one
    }
    if (left === null || left !== this.nc.getServer()) return true
    void this.nc.reconnect()
    return false
  }

  private get hasOthers(): boolean {
    return Math.max(this.named, this.nc.info?.connect_urls?.length ?? 0) > 1
  }
}

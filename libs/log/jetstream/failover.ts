import type { NatsConnection } from 'nats'
import { isPassingCode } from './passing'
import type { Ack } from './wire'

/** How long the servers may leave what they are asked unanswered; an election among them takes some seconds. */
const PATIENCE_MS = 10_000
/** The same of the first server, for who has just begun. */
const FIRST_PATIENCE_MS = 4_000
/** Going elsewhere again and again in vain is done ever more rarely. */
const LONGEST_PATIENCE_MS = 60_000

/** What is used of the connection. */
export type Leavable = Pick<NatsConnection, 'getServer' | 'reconnect' | 'info'>

/** A server that has lost the others goes on answering questions for a while, and acknowledges nothing. */
export type Kind = 'question' | 'write'

/** How long what is asked of one kind goes without an answer. */
interface Silence {
  patienceMs: number
  answeredAt: number
  since: number | null
}

const untilNow = (): Silence => ({ patienceMs: FIRST_PATIENCE_MS, answeredAt: Number.NEGATIVE_INFINITY, since: null })

/**
 * Goes to another server where this one has no log to offer. One that is cut off from the others answers every ping, so
 * that its clients would stay, and do nothing, until it is healed.
 */
export class Elsewhere {
  /** How often it was gone elsewhere. */
  moves = 0
  private readonly silences: Readonly<Record<Kind, Silence>> = { question: untilNow(), write: untilNow() }
  private left: string | null = null

  /** `named`: how many servers were named; those that they tell of count too. */
  constructor(
    private readonly nc: Leavable,
    private readonly named: number,
    private readonly mono: () => number = () => performance.now(),
  ) {}

  /** The servers have answered as who keeps the log does. */
  answered(kind: Kind): void {
    const silence = this.silences[kind]
    silence.answeredAt = this.mono()
    silence.since = null
    silence.patienceMs = PATIENCE_MS
  }

  /** An answer to a publish. That it is refused may be said by one that could not have stored it either. */
  acknowledged(ack: Ack): void {
    if (ack.tag === 'Stored') this.answered('write')
    else if (ack.tag === 'Error' && isPassingCode(ack.errCode)) this.unanswered('write', 0)
  }

  /** What was asked so long ago was not answered, or with "nobody can say". */
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

  /** The connection is there again: whether to stay. The client tries the server that it had first once more. */
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

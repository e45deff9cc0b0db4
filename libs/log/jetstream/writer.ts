import { causeText } from '#libs/kernel'
import type { AppendResult } from '../port'
import { Answers } from './answers'
import { Backlog } from './backlog'
import { Intake, type UnitSource } from './intake'
import { Lanes } from './lanes'
import type { Link } from './link'
import { closedError, refused } from './outcomes'
import { lastStored, storedBefore } from './recover'
import { Shipment, transmit } from './shipment'
import type { Streams } from './streams'
import { Unit } from './units'
import { afterLooking, judge, type Verdict } from './verdict'
import type { Ack } from './wire'

/** While one is fsynced the next is on its way; more would only wait at the server. */
const BATCHES = 2
const ANSWER_MS = 2_000
const ANSWER_MAX_MS = 15_000
const SWEEP_MS = 100
/** Beyond this part of the server's memory for ids, a repeated publish is no longer safe without looking. */
const DEDUP_MARGIN = 0.7

/**
 * Sends units and finds out what became of each. A publish without an answer is repeated under its id until the
 * outcome is known; only `close` ends that.
 */
export class Writer {
  private readonly intake = new Intake()
  private readonly ready: Backlog
  private readonly lanes = new Lanes((unit) => this.ready.push(unit))
  /** By reply token: shipments that wait for an answer. */
  private readonly flying = new Map<number, Shipment>()
  /** Shipments sent before that wait for a pause to end or the connection to return. */
  private readonly again = new Set<Shipment>()
  private readonly answers: Answers
  private readonly sweeper: NodeJS.Timeout
  private nextToken = 0
  private shipped = 0
  private batchesUnderWay = 0
  private pumpAsked = false
  private highest: number
  private closed = false

  constructor(
    private readonly link: Link,
    private readonly streams: Streams,
  ) {
    this.ready = new Backlog(streams.sync)
    this.highest = streams.lastSeq
    this.answers = new Answers(link.inlet, (token, ack) => this.onAnswer(token, ack))
    this.sweeper = setInterval(() => this.sweep(), SWEEP_MS)
    this.sweeper.unref()
    link.onStatus((connected) => (connected ? this.resendAll() : this.loseAll()))
    link.onDenied((subject) => this.deny(subject))
  }

  submit(source: UnitSource): void {
    if (this.closed) return source.call.fail(closedError())
    this.intake.add(source)
    this.pumpSoon()
  }

  /** Waits for what is under way, for at most `graceMs`; what is still unknown then fails. */
  async close(graceMs: number): Promise<void> {
    this.closed = true
    const deadline = performance.now() + graceMs
    while (!(this.lanes.empty && this.intake.empty) && performance.now() < deadline)
      await new Promise((resolve) => setTimeout(resolve, 5))
    clearInterval(this.sweeper)
    for (const { call } of [...this.lanes.clear(), ...this.intake.clear()]) call.fail(closedError())
    this.flying.clear()
    this.answers.stop()
  }

  private pumpSoon(): void {
    if (this.pumpAsked) return
    this.pumpAsked = true
    queueMicrotask(() => {
      this.pumpAsked = false
      this.pump()
    })
  }

  private pump(): void {
    const now = performance.now()
    while (this.link.connected && this.batchesUnderWay < BATCHES && this.ready.hasRoom(this.shipped)) {
      this.intake.feed(this.ready, this.lanes)
      const next = this.ready.next(this.shipped)
      if (next === null) return
      this.shipped += 1
      const [first, more] = next instanceof Unit ? [next, null] : [next[0], next.slice(1)]
      if (first !== undefined) this.send(new Shipment(first, more, this.highest, now), now)
    }
  }

  private send(shipment: Shipment, now = performance.now()): void {
    const token = this.nextToken
    this.nextToken += 1
    shipment.nextTry(token)
    shipment.deadline = now + Math.min(ANSWER_MS * 2 ** (shipment.tries - 1), ANSWER_MAX_MS)
    this.flying.set(token, shipment)
    if (shipment.isBatch && shipment.tries === 1) this.batchesUnderWay += 1
    try {
      transmit(this.link.publishBuffer, shipment, this.answers.to(token))
    } catch (cause) {
      this.decide(shipment, { tag: 'Refused', text: causeText(cause), errCode: 0 })
    }
  }

  private onAnswer(token: number, ack: Ack): void {
    const shipment = this.flying.get(token)
    this.link.failover.acknowledged(ack)
    if (shipment === undefined || shipment.settled) return
    const verdict = judge(ack, shipment)
    if (verdict.tag === 'Look') void this.look(shipment, ack)
    else this.decide(shipment, verdict)
  }

  private decide(shipment: Shipment, verdict: Verdict): void {
    switch (verdict.tag) {
      case 'Stored':
        return this.stored(shipment, verdict.lastSeq)
      case 'Conflict':
        return this.finish(shipment, { tag: 'Conflict' })
      case 'Refused':
        return shipment.isGroup ? this.split(shipment) : this.finish(shipment, refused(shipment, verdict))
      case 'Split':
        return this.split(shipment)
      case 'Again':
        return this.later(shipment)
      case 'Look':
      case 'Ignore':
        return
    }
  }

  private stored(shipment: Shipment, lastSeq: number): void {
    if (lastSeq > this.highest) this.highest = lastSeq
    this.retire(shipment)
    if (shipment.more === null) this.settle(shipment.first, { tag: 'Stored', seq: lastSeq })
    else this.settleGroup(shipment, lastSeq)
    this.pumpSoon()
  }

  private settleGroup(shipment: Shipment, lastSeq: number): void {
    const before = lastSeq - shipment.units.length
    for (const [at, unit] of shipment.units.entries()) this.settle(unit, { tag: 'Stored', seq: before + 1 + at })
  }

  private finish(shipment: Shipment, result: AppendResult): void {
    this.retire(shipment)
    for (const unit of shipment.units) this.settle(unit, result)
    this.pumpSoon()
  }

  private split(shipment: Shipment): void {
    this.retire(shipment)
    for (const unit of shipment.units) {
      unit.alone = true
      if (shipment.unsure) unit.unsureAfter = shipment.after
    }
    this.ready.unshift(shipment.units)
    this.pumpSoon()
  }

  private settle(unit: Unit, result: AppendResult): void {
    this.lanes.leave(unit)
    unit.call.settle(unit.at, result)
  }

  private retire(shipment: Shipment): void {
    shipment.settled = true
    this.flying.delete(shipment.token)
    for (const token of shipment.olderTokens ?? []) this.flying.delete(token)
    if (shipment.tries > 1 || this.again.size > 0) this.again.delete(shipment)
    this.shipped -= 1
    if (shipment.isBatch) this.batchesUnderWay -= 1
  }

  private later(shipment: Shipment): void {
    if (this.again.has(shipment)) return
    this.again.add(shipment)
    const wait = Math.min(2_000, 10 * 2 ** Math.min(shipment.tries, 8)) * (0.75 + Math.random() / 2)
    setTimeout(() => {
      if (this.link.connected) this.resend(shipment)
    }, wait).unref()
  }

  private resend(shipment: Shipment): void {
    if (!this.again.delete(shipment) || shipment.settled || this.link.closing) return
    const forgotten = performance.now() - shipment.firstSentAt > this.streams.dedupMs * DEDUP_MARGIN
    if (shipment.unsure && forgotten) void this.look(shipment, null)
    else this.send(shipment)
  }

  /** Asks the stream whether an earlier try was stored; `ack` is the answer that made it doubtful. */
  private async look(shipment: Shipment, ack: Ack | null): Promise<void> {
    shipment.deadline = Number.POSITIVE_INFINITY
    try {
      const found = shipment.unsure
        ? await lastStored(this.link, this.streams.events, shipment)
        : await storedBefore(this.link, this.streams.events, shipment)
      if (shipment.settled) return
      if (found !== null) this.stored(shipment, found)
      else if (ack === null) this.send(shipment)
      else this.decide(shipment, afterLooking(ack, shipment))
    } catch {
      this.later(shipment)
    }
  }

  /** Gives up waiting for answers that are overdue: their outcome is unknown, so they go again. */
  private sweep(): void {
    const now = performance.now()
    for (const shipment of new Set(this.flying.values())) {
      if (shipment.deadline > now || shipment.settled) continue
      shipment.unsure = true
      this.link.failover.unanswered('write', ANSWER_MS)
      this.later(shipment)
    }
  }

  private loseAll(): void {
    for (const shipment of this.flying.values()) {
      shipment.unsure = true
      this.again.add(shipment)
    }
  }

  private resendAll(): void {
    for (const shipment of [...this.again]) this.resend(shipment)
    this.pumpSoon()
  }

  private deny(subject: string): void {
    const denied = { tag: 'Refused', text: 'the server does not permit it', errCode: 0 } as const
    for (const shipment of new Set(this.flying.values())) {
      if (shipment.writes.some((write) => write.subject === subject)) this.decide(shipment, denied)
    }
  }
}

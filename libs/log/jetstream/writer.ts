import { createInbox, type Msg, type Subscription } from 'nats'
import { type OrkError, OrkFailure, orkError } from '#libs/kernel'
import type { AppendResult } from '../port'
import { Fifo } from './fifo'
import { Lanes } from './lanes'
import type { Link } from './link'
import { lastStored, storedBefore } from './recover'
import { isBatch, newShipment, type Shipment, transmit } from './shipment'
import type { Streams } from './streams'
import type { Unit } from './units'
import { afterLooking, judge, type Verdict } from './verdict'
import { type Ack, readAck } from './wire'

/** Publishes under way at most. */
const WINDOW = 2_048
/** With an fsync for each write, so many singles at most: the rest gathers for a group commit. */
const WINDOW_ALWAYS = 64
/** Below this many a batch is dearer than single publishes. */
const GROUP_MIN = 100
const GROUP_MAX = 1_000
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
  private readonly ready = new Fifo<Unit>()
  private readonly lanes = new Lanes((unit) => this.ready.push(unit))
  /** By reply token: shipments that wait for an answer. */
  private readonly flying = new Map<number, Shipment>()
  /** Shipments sent before that wait for a pause to end or the connection to return. */
  private readonly again = new Set<Shipment>()
  private readonly unsettled = new Set<Unit>()
  private readonly inbox = createInbox()
  private readonly replies: Subscription
  private readonly sweeper: NodeJS.Timeout
  private nextToken = 0
  private shipped = 0
  private batchUnderWay = false
  private pumpAsked = false
  private highest: number
  private closed = false

  constructor(
    private readonly link: Link,
    private readonly streams: Streams,
  ) {
    this.highest = streams.lastSeq
    this.replies = link.nc.subscribe(`${this.inbox}.*`, { callback: (_error, message) => this.onReply(message) })
    this.sweeper = setInterval(() => this.sweep(), SWEEP_MS)
    this.sweeper.unref()
    link.onStatus((connected) => (connected ? this.resendAll() : this.loseAll()))
    link.onDenied((subject) => this.deny(subject))
  }

  submit(unit: Unit): void {
    if (this.closed) {
      unit.fail(closedError())
      return
    }
    this.unsettled.add(unit)
    this.lanes.enter(unit)
    this.pumpSoon()
  }

  /** Waits for what is under way, for at most `graceMs`; what is still unknown then fails. */
  async close(graceMs: number): Promise<void> {
    this.closed = true
    const deadline = Date.now() + graceMs
    while (this.unsettled.size > 0 && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 5))
    clearInterval(this.sweeper)
    for (const unit of this.unsettled) unit.fail(closedError())
    this.unsettled.clear()
    this.flying.clear()
    if (!this.link.nc.isClosed()) this.replies.unsubscribe()
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
    const window = this.streams.sync === 'always' ? WINDOW_ALWAYS : WINDOW
    while (this.link.connected && this.ready.length > 0 && !this.batchUnderWay) {
      const units = this.takeNext(window)
      if (units.length === 0) return
      this.shipped += 1
      this.send(newShipment(units, this.highest, Date.now()))
    }
  }

  /** The next unit, or a group of them where one fsync is to serve many; none while the window is full. */
  private takeNext(window: number): readonly Unit[] {
    if (this.streams.sync === 'always' && this.ready.length >= GROUP_MIN) return this.takeGroup()
    if (this.shipped >= window) return []
    const unit = this.ready.shift()
    return unit === undefined ? [] : [unit]
  }

  private takeGroup(): readonly Unit[] {
    const group: Unit[] = []
    const rest: Unit[] = []
    let size = 0
    for (let looked = 0; looked < GROUP_MAX && size < GROUP_MAX; looked += 1) {
      const unit = this.ready.shift()
      if (unit === undefined) break
      const fits = !unit.alone && unit.writes.length === 1
      if (fits) size += unit.writes.length
      if (fits) group.push(unit)
      else rest.push(unit)
    }
    this.ready.unshift(rest)
    if (group.length >= GROUP_MIN) return group
    this.ready.unshift(group)
    const unit = this.ready.shift()
    return unit === undefined ? [] : [unit]
  }

  private send(shipment: Shipment): void {
    shipment.tries += 1
    const token = this.nextToken
    this.nextToken += 1
    shipment.tokens.push(token)
    shipment.deadline = Date.now() + Math.min(ANSWER_MS * 2 ** (shipment.tries - 1), ANSWER_MAX_MS)
    this.flying.set(token, shipment)
    if (isBatch(shipment)) this.batchUnderWay = true
    try {
      transmit(this.link.nc, shipment, `${this.inbox}.${token}`)
    } catch (cause) {
      this.decide(shipment, {
        tag: 'Refused',
        text: cause instanceof Error ? cause.message : String(cause),
        errCode: 0,
      })
    }
  }

  private onReply(message: Msg): void {
    const token = Number(message.subject.slice(this.inbox.length + 1))
    const shipment = this.flying.get(token)
    if (shipment === undefined || shipment.settled) return
    // Nobody answers for the stream at the moment: 503 in a header, no data.
    const none = message.data.length === 0 && message.headers?.code === 503
    const ack: Ack = none ? { tag: 'Error', code: 503, errCode: 10008, text: 'no responders' } : readAck(message.data)
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
        return shipment.units.length > 1 ? this.split(shipment) : this.finish(shipment, refused(shipment, verdict))
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
    let seq = lastSeq - shipment.writes.length
    for (const unit of shipment.units) {
      seq += unit.writes.length
      this.settle(unit, { tag: 'Stored', seq })
    }
    this.pumpSoon()
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
    this.unsettled.delete(unit)
    this.lanes.leave(unit)
    unit.settle(result)
  }

  private retire(shipment: Shipment): void {
    shipment.settled = true
    for (const token of shipment.tokens) this.flying.delete(token)
    this.again.delete(shipment)
    this.shipped -= 1
    if (isBatch(shipment)) this.batchUnderWay = false
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
    const forgotten = Date.now() - shipment.firstSentAt > this.streams.dedupMs * DEDUP_MARGIN
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
    const now = Date.now()
    for (const shipment of new Set(this.flying.values())) {
      if (shipment.deadline > now || shipment.settled) continue
      shipment.unsure = true
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

const refused = (shipment: Shipment, verdict: { readonly text: string; readonly errCode: number }): AppendResult => {
  const where = shipment.writes
    .map((write) => write.subject)
    .slice(0, 3)
    .join(', ')
  const code = verdict.errCode === 0 ? '' : ` (${verdict.errCode})`
  const error: OrkError = orkError('Refused', `the log does not take it: ${verdict.text}${code}`, { where })
  return { tag: 'Refused', error }
}

const closedError = (): OrkFailure =>
  new OrkFailure(orkError('Closed', 'the connection was closed before the outcome was known'))

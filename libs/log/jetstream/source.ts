import { createInbox, type Msg, nuid } from 'nats'
import { OrkFailure } from '#libs/kernel'
import { archivedMeanwhile } from '../expect'
import type { Frame } from './frames'
import { isNoStream, isPassing, type Link } from './link'

export interface SourceOptions {
  readonly stream: string
  /** Subject filters that do not overlap; none for everything. */
  readonly filters: readonly string[]
  /** First sequence wanted. */
  readonly from: number
  /** Instead of `from`, for the first round: milliseconds since 1970. */
  readonly since?: number
  /** Called for each message in order, once. */
  readonly onMessage: (seq: number, message: Frame) => void
  /** Called once the messages that came together have been handed on. */
  readonly onPause: () => void
  /** Whether it is an error that messages are no longer there which were to come; otherwise it begins with the first there is. */
  readonly gapless?: boolean
  /** Whether a stream that is gone is waited for: it may be brought back. */
  readonly waits?: boolean
  /** Called when another consumer goes on for one that is gone: the stream may have changed meanwhile. */
  readonly onAgain?: () => void
  /** The reading cannot go on, e.g. for want of permission. */
  readonly onError: (cause: Error) => void
}

/** What the server says of a new consumer: it stands before the first message that it may deliver. */
interface Consumer {
  readonly delivered: { readonly stream_seq: number }
}

/** Messages asked for at a time, and how few may be left before more are asked for. */
const REQUEST = 5_000
const LOW = 2_500
/** Far below the 64 MB at which the server cuts a slow reader off. */
const REQUEST_BYTES = 16 * 1024 * 1024
const SECOND = 1_000_000_000
const REQUEST_MS = 30_000
const HEARTBEAT_MS = 1_000
/** A request that is lost as the connection comes back must not keep a reader from the news for long. */
const CREATE_MS = 2_000
/** Beats missed before the consumer is taken for dead. */
const SILENT_BEATS = 4

/**
 * Reads a stream without acknowledgements, by pull requests to a consumer that lives in the server's memory. Whatever
 * becomes of the consumer, its server or the connection, another one goes on behind the last sequence that was handed
 * on: no gap, no repeat.
 */
export class Source {
  private next: number
  private since: number | undefined
  private round = 0
  private begun = false
  private name = ''
  private inbox = ''
  private subscription: { stop(): void } | null = null
  private outstanding = 0
  private consumerSeq = 0
  private silentBeats = 0
  private pauseAsked = false
  private paused = false
  private retryMs = 20
  private readonly watchdog: NodeJS.Timeout
  private readonly unlisten: () => void
  private stopped = false

  constructor(
    private readonly link: Link,
    private readonly options: SourceOptions,
  ) {
    this.next = options.from
    this.since = options.since
    this.watchdog = setInterval(() => this.tick(), HEARTBEAT_MS)
    this.watchdog.unref()
    this.unlisten = link.onStatus((connected) => (connected ? void this.begin() : this.forget()))
    void this.begin()
  }

  /** No more is asked for until `resume`; what was asked for still comes. */
  pause(): void {
    this.paused = true
  }

  resume(): void {
    this.paused = false
    if (this.subscription !== null) this.request()
  }

  stop(): void {
    if (this.stopped) return
    this.stopped = true
    clearInterval(this.watchdog)
    this.unlisten()
    this.forget()
  }

  /** A new consumer behind the last message that was handed on. */
  private async begin(): Promise<void> {
    this.forget()
    const round = this.round
    if (this.stopped || !this.link.connected || this.link.closing) return
    const name = `ork-${nuid.next()}`
    let begins: number
    try {
      const { delivered } = await this.link.api<Consumer>(
        `CONSUMER.CREATE.${this.options.stream}.${name}`,
        this.consumerRequest(name),
        CREATE_MS,
      )
      begins = delivered.stream_seq + 1
    } catch (cause) {
      if (round !== this.round || this.stopped) return
      if (isPassing(cause) || (this.options.waits === true && isNoStream(cause))) this.retry()
      else this.options.onError(cause instanceof Error ? cause : new Error(String(cause)))
      return
    }
    if (round !== this.round) return this.drop(name)
    if (this.options.gapless === true && begins > Math.max(1, this.next)) {
      this.drop(name)
      return this.options.onError(new OrkFailure(archivedMeanwhile(this.next, begins)))
    }
    this.name = name
    this.inbox = createInbox()
    const consumer = Buffer.from(`.${name}.`)
    this.subscription = this.link.inlet.subscribe(
      `${this.inbox}.*`,
      (frame) => this.onFrame(round, consumer, frame),
      (message) => this.onStatusMessage(round, message),
    )
    this.request()
    if (this.begun) this.options.onAgain?.()
    this.begun = true
  }

  private consumerRequest(name: string): unknown {
    const { stream, filters } = this.options
    const start =
      this.since === undefined
        ? { deliver_policy: 'by_start_sequence', opt_start_seq: Math.max(1, this.next) }
        : { deliver_policy: 'by_start_time', opt_start_time: new Date(this.since).toISOString() }
    const subjects = filters.length === 0 ? {} : { filter_subjects: filters }
    const keep = { mem_storage: true, num_replicas: 1, inactive_threshold: 120 * SECOND }
    const config = {
      name,
      ack_policy: 'none',
      replay_policy: 'instant',
      max_deliver: -1,
      ...keep,
      ...start,
      ...subjects,
    }
    return { stream_name: stream, config, action: 'create' }
  }

  private request(): void {
    if (this.paused || this.outstanding > LOW || !this.link.connected) return
    const batch = REQUEST - this.outstanding
    this.outstanding += batch
    const times = { expires: REQUEST_MS * 1e6, idle_heartbeat: HEARTBEAT_MS * 1e6 }
    const body = JSON.stringify({ batch, max_bytes: REQUEST_BYTES, ...times })
    const verb = `$JS.API.CONSUMER.MSG.NEXT.${this.options.stream}.${this.name}`
    if (!this.link.nc.isClosed()) this.link.nc.publish(verb, body, { reply: `${this.inbox}.r` })
  }

  /** A stored message; false for what is none. */
  private onFrame(round: number, consumer: Uint8Array, frame: Frame): boolean {
    const position = frame.positionAt(consumer)
    if (position === null) return false
    if (round !== this.round) return true
    this.silentBeats = 0
    // A hole in the consumer's own count: something was lost on the way.
    if (position.consumerSeq !== this.consumerSeq + 1) {
      void this.begin()
      return true
    }
    this.consumerSeq = position.consumerSeq
    this.outstanding -= 1
    if (position.seq >= this.next) {
      this.next = position.seq + 1
      this.since = undefined
      this.retryMs = 20
      this.options.onMessage(position.seq, frame)
      this.pauseSoon()
    }
    if (this.outstanding <= LOW && round === this.round) this.request()
    return true
  }

  private onStatusMessage(round: number, { headers }: Msg): void {
    if (round !== this.round) return
    this.silentBeats = 0
    const code = headers?.code ?? 0
    if (code === 100) return this.passed(headers)
    const text = headers?.description ?? ''
    const ended = code === 404 || code === 408 || (code === 409 && /^(batch completed|message size)/i.test(text))
    if (!ended) return this.retry()
    this.outstanding = Math.max(0, this.outstanding - Number(headers?.get('Nats-Pending-Messages') || 0))
    this.request()
  }

  /** All up to there that is wanted has come: what lies between and may be archived is not missed. */
  private passed(headers: Msg['headers']): void {
    const [count, seq] = ['Nats-Last-Consumer', 'Nats-Last-Stream'].map((key) => Number(headers?.get(key)))
    if (count === this.consumerSeq && seq !== undefined && seq >= this.next) this.next = seq + 1
  }

  private pauseSoon(): void {
    if (this.pauseAsked) return
    this.pauseAsked = true
    queueMicrotask(() => {
      this.pauseAsked = false
      if (!this.stopped) this.options.onPause()
    })
  }

  private retry(): void {
    this.forget()
    const round = this.round
    this.retryMs = Math.min(this.retryMs * 2, 1_000)
    setTimeout(() => {
      if (round === this.round) void this.begin()
    }, this.retryMs).unref()
  }

  private tick(): void {
    if (this.subscription === null || this.outstanding === 0 || !this.link.connected) return
    this.silentBeats += 1
    if (this.silentBeats >= SILENT_BEATS) void this.begin()
  }

  /** Leaves the consumer; what still comes from it is not looked at. */
  private forget(): void {
    this.round += 1
    this.subscription?.stop()
    if (this.name !== '') this.drop(this.name)
    this.subscription = null
    this.name = ''
    this.outstanding = 0
    this.consumerSeq = 0
    this.silentBeats = 0
  }

  private drop(name: string): void {
    if (!this.link.connected || this.link.nc.isClosed() || this.link.nc.isDraining()) return
    this.link.nc.publish(`$JS.API.CONSUMER.DELETE.${this.options.stream}.${name}`)
  }
}

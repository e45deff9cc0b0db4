import { Events, type NatsConnection, type NatsError } from 'nats'
import { causeText, type OrkError, OrkFailure, orkError } from '#libs/kernel'
import { Failover } from './failover'
import { Inlet } from './inlet'
import { isPassingCode } from './passing'
import { PublishBuffer } from './publishBuffer'

/** An error answer of JetStream's API. */
export class ApiError extends Error {
  constructor(
    readonly subject: string,
    readonly code: number,
    readonly errCode: number,
    description: string,
  ) {
    super(`${description} (${errCode})`)
    this.name = 'ApiError'
  }
}

interface ApiAnswer {
  readonly error?: { readonly code?: number; readonly err_code?: number; readonly description?: string }
}

const API_TIMEOUT_MS = 5_000
/** However little patience is left: long enough to find that a server is to be left, and that the next one says no more. */
const LEAST_MS = { first: 4_050, elsewhere: 2_000 }
const OTHERS_MS = 2_000

/** Whether an error of the API is worth another try: nobody there, no answer, no leader. */
export const isPassing = (cause: unknown): boolean => {
  if (cause instanceof ApiError) return isPassingCode(cause.errCode)
  const code = (cause as Partial<NatsError> | null)?.code
  return code === '503' || code === 'TIMEOUT' || code === 'DISCONNECT' || code === 'CONNECTION_REFUSED'
}

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

interface Deferred {
  readonly promise: Promise<void>
  readonly resolve: () => void
  readonly reject: (cause: Error) => void
}

/** A promise that is kept from outside. */
export const deferred = (): Deferred => {
  let resolve = (): void => {}
  let reject = (_cause: Error): void => {}
  const promise = new Promise<void>((keep, fail) => {
    resolve = keep
    reject = fail
  })
  return { promise, resolve, reject }
}

type StatusListener = (connected: boolean) => void
type DenialListener = (subject: string) => void

/** The connection and what is known about it; shared by the writer, the readers and the bus. */
export class Link {
  connected = true
  /** How long `ask` goes on while the trouble is passing, in milliseconds. */
  patienceMs = 30_000
  closing = false
  readonly inlet: Inlet
  readonly publishBuffer: PublishBuffer
  readonly failover: Failover
  private readonly statusListeners = new Set<StatusListener>()
  private readonly denialListeners = new Set<DenialListener>()
  private readonly closingListeners = new Set<() => void>()

  constructor(
    readonly nc: NatsConnection,
    readonly prefix: string,
    /** How many servers were named. */
    servers: number,
  ) {
    this.inlet = new Inlet(nc)
    this.publishBuffer = new PublishBuffer(nc)
    this.failover = new Failover(nc, servers)
    void this.watch()
  }

  /** Tells of each loss and return of the connection; the result ends it. */
  onStatus(tell: StatusListener): () => void {
    this.statusListeners.add(tell)
    return () => this.statusListeners.delete(tell)
  }

  /** Tells of subjects the server will not let this connection publish on. */
  onDenied(tell: DenialListener): void {
    this.denialListeners.add(tell)
  }

  /** Tells once that the connection is about to be closed; the result ends it. */
  onClosing(tell: () => void): () => void {
    this.closingListeners.add(tell)
    return () => this.closingListeners.delete(tell)
  }

  startClosing(): void {
    this.closing = true
    for (const tell of [...this.closingListeners]) tell()
  }

  /** Throws OrkFailure once the connection is closed. */
  assertOpen(): void {
    if (this.closing) throw new OrkFailure(orkError('Closed', 'the connection to the log was closed'))
  }

  /** One request to JetStream's API, e.g. `STREAM.INFO.ORK_EVENTS`. Throws ApiError, or NatsError when there is no answer. */
  async api<Answer>(verb: string, body: unknown = {}, timeout = API_TIMEOUT_MS): Promise<Answer> {
    const subject = `$JS.API.${verb}`
    const askedAt = performance.now()
    try {
      const message = await this.nc.request(subject, JSON.stringify(body), { timeout })
      const answer = JSON.parse(message.string()) as ApiAnswer
      const { error } = answer
      if (error !== undefined) {
        throw new ApiError(subject, error.code ?? 0, error.err_code ?? 0, error.description ?? 'no description')
      }
      this.failover.answered('question')
      return answer as Answer
    } catch (cause) {
      if (!isPassing(cause)) this.failover.answered('question')
      else if (this.connected) this.failover.unanswered('question', performance.now() - askedAt)
      throw cause
    }
  }

  /** As `api`, asked again while the trouble is passing, for `patienceMs`, and once more after a failover. Throws OrkFailure. */
  async ask<Answer>(verb: string, body: unknown = {}): Promise<Answer> {
    const deadline = performance.now() + this.patienceMs
    const moved = this.failover.moves
    for (let wait = 20; ; wait = Math.min(wait * 2, 1_000)) {
      const { moves } = this.failover
      const least = moves === moved ? LEAST_MS.first : LEAST_MS.elsewhere
      try {
        const left = deadline - performance.now()
        return await this.api<Answer>(verb, body, Math.min(API_TIMEOUT_MS, Math.max(left, least)))
      } catch (cause) {
        const isTime = performance.now() + wait < deadline || moves !== this.failover.moves
        const more = isPassing(cause) && !this.closing && isTime
        if (!more) throw unavailable(verb, cause, this.closing, isPassing(cause) && (await this.othersAnswer()))
      }
      await pause(wait)
    }
  }

  /** Whether the servers answer what is not about one stream. */
  private othersAnswer(): Promise<boolean> {
    if (this.closing || !this.connected) return Promise.resolve(false)
    return this.api('INFO', {}, OTHERS_MS).then(
      () => true,
      () => false,
    )
  }

  private async watch(): Promise<void> {
    for await (const status of this.nc.status()) {
      if (status.type === Events.Disconnect) this.tell(false)
      else if (status.type === Events.Reconnect) {
        if (this.failover.arrived()) this.tell(true)
      } else if (status.permissionContext?.operation === 'publish') {
        for (const tell of this.denialListeners) tell(status.permissionContext.subject)
      }
    }
  }

  private tell(connected: boolean): void {
    this.connected = connected
    for (const tell of [...this.statusListeners]) tell(connected)
  }
}

const unavailable = (verb: string, cause: unknown, closing: boolean, isStreamAlone: boolean): OrkFailure => {
  const stream = /^STREAM\.(?:INFO|UPDATE|PURGE|MSG\.GET)\.(.+)$/.exec(verb)?.[1]
  if (isStreamAlone && stream !== undefined) return new OrkFailure(streamAway(stream), { cause })
  const what = closing ? 'the connection was closed' : `JetStream did not answer as asked: ${causeText(cause)}`
  return new OrkFailure(
    orkError('LogUnavailable', what, { where: verb, next: 'see that nats-server runs, with JetStream enabled' }),
    { cause },
  )
}

const streamAway = (stream: string): OrkError =>
  orkError('LogUnavailable', 'nobody answers for it, though nats-servers answer: those that keep it are away', {
    where: `stream ${stream}`,
    next: 'start them again; a log that is kept on one of several servers is away with it: see `ork cluster resize-log`',
  })

/** The code of JetStream's own error, if it is one. */
export const errCodeOf = (cause: unknown): number | null => {
  const inner = cause instanceof OrkFailure ? cause.cause : cause
  return inner instanceof ApiError ? inner.errCode : null
}

/** JetStream's "there is no such message". */
export const isNotFound = (cause: unknown): boolean => errCodeOf(cause) === 10037

/** JetStream's "there is no such stream". */
export const isNoStream = (cause: unknown): boolean => errCodeOf(cause) === 10059

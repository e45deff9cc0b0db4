import type * as E from 'fp-ts/Either'
import type { Entry, OrkEvent, SubjectQuery } from '#libs/events'
import type { OrkError } from '#libs/kernel'
import type { Objects } from './objects'

/**
 * One event to be written. `expect` is the last sequence the writer knows of the event's aggregate (0: none yet); the
 * write is refused if there is a newer one. Facts go without.
 */
export interface Append {
  readonly event: OrkEvent
  readonly expect?: number
  /**
   * Up to where the writer has folded the log. Where all of an aggregate's events are in the archive, the servers know of
   * none: only of who has folded all that was archived can it be said that what it expects still holds.
   */
  readonly asOf?: number
}

/**
 * What became of it. `Conflict`: the aggregate has moved on; fold and decide again. `Refused`: the log will not take
 * it as it is (full, too large, not permitted). There is no "unknown": a publish that timed out is sent again under
 * its id, which is stored once, until the answer is known.
 */
export type AppendResult =
  | { readonly tag: 'Stored'; readonly seq: number }
  | { readonly tag: 'Conflict' }
  | { readonly tag: 'Refused'; readonly error: OrkError }

export interface ReadOptions {
  /** First sequence wanted, from 1. */
  readonly from: number
  /** Last sequence wanted; the stream's last at the time of the call when absent. */
  readonly to?: number
  /** All events when absent; else those that match any of them. */
  readonly queries?: readonly SubjectQuery[]
}

export interface FollowOptions {
  readonly from: number
  readonly queries?: readonly SubjectQuery[]
  /** Called in the order of the log, each entry once; must not throw. */
  readonly onEntries: (entries: readonly Entry[]) => void
}

export interface Following {
  /** Resolves once all that was stored when `follow` was called has been handed on. */
  readonly caughtUp: Promise<void>
  /** Resolves, if ever, with why it cannot go on: what comes next is no longer in the log, or what was read is not. */
  readonly broken: Promise<OrkError>
  stop(): Promise<void>
}

/** The one log, as every service sees it. */
export interface Log {
  /** Identity of the log; another one is another cluster. */
  readonly cluster: string
  /**
   * The n-th result is the n-th event's; resolves when every outcome is known. Events of one aggregate are written in
   * the order given, across calls too; those of different aggregates do not wait for each other and may change places.
   * Two events of one aggregate in one call with the same `expect`: the second is a Conflict. Rejects only when the
   * connection is closed before all is known.
   */
  append(items: readonly Append[]): Promise<readonly AppendResult[]>
  /**
   * As `append`, for events that stand together or not at all (at most 1,000): one outcome for all, with the sequence
   * of the last; they follow each other without a gap. Each `expect` is as of before the first of them.
   */
  appendTogether(items: readonly Append[]): Promise<AppendResult>
  /** Sequence of the last event stored, as the stream's leader knows it; 0 when there is none. */
  lastSeq(): Promise<number>
  /** The past, in batches: never more than some thousand entries in memory. */
  read(options: ReadOptions): AsyncIterable<readonly Entry[]>
  /** The past and what comes. Survives reconnects and changes of the stream's leader without a gap or a repeat. */
  follow(options: FollowOptions): Following
  /** One entry by its sequence. */
  at(seq: number): Promise<Entry | null>
  /** The message behind an entry, as it is stored: for looking at what cannot be read. */
  stored(seq: number): Promise<StoredMessage | null>
  /** The messages behind the entries from one sequence to another, in batches, as `read` gives those. */
  messages(from: number, to: number): AsyncIterable<readonly StoredMessage[]>
  /** Sequence of the first event stored at or after a time (milliseconds since 1970); last + 1 if there is none. */
  seqAt(time: number): Promise<number>
  /** Writes a sign of life to its own stream, without waiting; tells when that has it, if it ever does. */
  beat(event: OrkEvent, stored?: () => void): void
  /** Tells of signs of life as they come, and only those. */
  followHeartbeats(onBeat: (event: OrkEvent) => void): { stop(): void }
  /** Signs of life kept from the past, oldest first. */
  readHeartbeats(options: { readonly since: number; readonly worker?: string }): AsyncIterable<readonly Entry[]>
  /** How the log is kept, for `ork status`. */
  info(): Promise<LogInfo>
  /** How each of its streams is kept, and by which servers. */
  streams(): Promise<readonly StreamState[]>
  /**
   * Asks the servers to keep each stream on so many of them; they go on taking writes while they copy, and `streams`
   * says how far they are. Throws OrkFailure (`TooFewServers`, or not permitted).
   */
  resize(replicas: number): Promise<void>
  /** Bytes the events may take; null: as many as there is disk. Throws OrkFailure where they take more already. */
  limit(maxBytes: number | null): Promise<void>
  /**
   * Removes all events up to a sequence; they must be in the archive that is named, which is told to who asks for them.
   * Throws OrkFailure.
   */
  purge(upTo: number, place: ArchivePlace): Promise<void>
}

export interface StreamState {
  readonly name: string
  /** How many servers are to keep it. */
  readonly replicas: number
  /** Name of the server that takes the writes; null where there is none, or the server is no member of a cluster. */
  readonly leader: string | null
  /** What the leader says of the others that keep it. */
  readonly copies: readonly CopyState[]
  readonly bytes: number
  /** Null: no limit. */
  readonly maxBytes: number | null
}

export interface CopyState {
  readonly server: string
  readonly state: 'current' | 'lagging' | 'offline'
  /** How many operations it is behind the leader. */
  readonly lag: number
}

/** A message of the log as the servers keep it. */
export interface StoredMessage {
  readonly seq: number
  readonly subject: string
  readonly data: Uint8Array
  /** Header block as text. */
  readonly headers: string
  /** When it was stored, by the server's clock; milliseconds since 1970. */
  readonly time: number
}

/** Where events are that the log no longer holds. */
export interface ArchivePlace {
  readonly host: string
  readonly dir: string
}

export interface LogInfo {
  /** What the clock of the server that answered showed; milliseconds since 1970. */
  readonly time: number
  /** Identity of the log that is there now; another one than `Log.cluster` where the servers have lost that. */
  readonly cluster: string
  readonly serverVersion: string
  /** What the log was made for; `always`: servers that sync each write to disk. */
  readonly sync: 'always' | 'relaxed'
  readonly stream: string
  readonly firstSeq: number
  /** Where the events before the first are; null: nobody has said. */
  readonly archived: ArchivePlace | null
  readonly lastSeq: number
  readonly bytes: number
  /** The servers take nothing beyond; null: no limit. */
  readonly maxBytes: number | null
  readonly replicas: number
  /** Name of the server that leads the stream; null on a single server. */
  readonly leader: string | null
  /** What of the stream is no longer kept as ork needs it, in words: somebody has changed it. */
  readonly differs: readonly string[]
  /** The same of what nobody can change back: ork goes on with it. */
  readonly borne: readonly string[]
}

export type BusError = OrkError & {
  readonly tag: 'NoResponders' | 'TimedOut' | 'Refused' | 'Disconnected'
  /** The responder's own error, whole, when it `Refused`. */
  readonly refusal?: OrkError
}

/** Messages that need no history: requests and their answers, and who is there. Payloads are JSON. */
export interface Bus {
  publish(subject: string, payload: unknown): void
  subscribe(subject: string, onMessage: (payload: unknown) => void): { stop(): void }
  request(subject: string, payload: unknown, timeoutMs: number): Promise<E.Either<BusError, unknown>>
  /** Asks everyone who listens; collects answers until `timeoutMs` has passed, and tells of each as it comes. */
  requestAll(
    subject: string,
    payload: unknown,
    timeoutMs: number,
    onAnswer?: (answer: unknown) => void,
  ): Promise<readonly unknown[]>
  /** An answer in many parts, until the responder ends it or `signal` aborts. Fails as `request` does. */
  requestStream(subject: string, payload: unknown, signal: AbortSignal): AsyncIterable<unknown>
  /** Offers endpoints, as a NATS micro service if it is listed. Those of one queue share the requests; without one, each answers. */
  serve(service: ServiceOffer): Promise<{ stop(): Promise<void> }>
}

export interface ServiceOffer {
  /** Name of the micro service, as `nats micro ls` shows it. */
  readonly name: string
  readonly version: string
  readonly description: string
  /** Whether it is a micro service that can be found; absent: it is. Each that was one leaves a little in the client. */
  readonly isListed?: boolean
  readonly endpoints: readonly Endpoint[]
}

export interface Endpoint {
  readonly name: string
  readonly subject: string
  /** Name of the queue group; absent: every instance of the service answers. */
  readonly queue?: string
  readonly handle: Handler
}

/** Answers one request: with a value, an error that a person can read, or a stream of parts (`signal`: no one reads). */
export type Handler = (
  payload: unknown,
  signal: AbortSignal,
) => Promise<E.Either<OrkError, unknown>> | AsyncIterable<unknown>

/** A connection to the servers: the log, the bus and what is kept beside the log; and its end. */
export interface Connection {
  readonly log: Log
  readonly bus: Bus
  readonly objects: Objects
  /** First token of all subjects. */
  readonly prefix: string
  /** Tells `true` when the connection is there (again) and `false` when it is lost. */
  onStatus(tell: (connected: boolean) => void): void
  /** Lets what is under way finish, then closes. */
  close(): Promise<void>
}

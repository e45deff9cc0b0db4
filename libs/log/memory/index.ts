import type { Entry, OrkEvent } from '#libs/events'
import { DEFAULT_PREFIX } from '#libs/events'
import type { Objects } from '../objects'
import type { Bus, Log } from '../port'
import { memoryBus } from './bus'
import { memoryObjects } from './objects'
import { follow, messages, read } from './reading'
import { MemoryStore, throughJson } from './store'

export interface MemoryLogOptions {
  /** Milliseconds since 1970; the machine's clock when absent. */
  readonly now?: () => number
  readonly prefix?: string
  /** Runs a task later: a microtask when absent. A simulator puts its own order here. */
  readonly schedule?: (task: () => void) => void
  /** Runs a task once, in so many milliseconds, unless what it gives is called first; a timer when absent. */
  readonly after?: (ms: number, task: () => void) => () => void
  readonly cluster?: string
}

export interface MemoryLog {
  readonly log: Log
  readonly bus: Bus
  readonly objects: Objects
  /** The stream itself, for who wants to look or to write past the port. */
  readonly store: MemoryStore
}

const HEARTBEATS_KEPT_MS = 60 * 60_000

/** The log and the bus in one process's memory, with the behaviour of the real ones; any number of services may share it. */
export const createMemoryLog = (options: MemoryLogOptions = {}): MemoryLog => {
  const {
    now = Date.now,
    prefix = DEFAULT_PREFIX,
    schedule = queueMicrotask,
    after = timer,
    cluster = 'memory',
  } = options
  const store = new MemoryStore(prefix, now)
  const beats = new Heartbeats(prefix, now, schedule)
  const log: Log = {
    cluster,
    append: async (items) => items.map((item) => store.append(item)),
    appendTogether: async (items) => store.appendTogether(items),
    lastSeq: async () => store.lastSeq,
    read: (range) => read(store, range),
    follow: (range) => follow(store, schedule, range),
    at: async (seq) => store.at(seq)?.entry ?? null,
    stored: async (seq) => store.stored(seq),
    messages: (from, to) => messages(store, from, to),
    seqAt: async (time) => store.firstAtOrAfter(time),
    beat: (event, stored) => beats.beat(event, stored),
    followHeartbeats: (onBeat) => beats.follow(onBeat),
    readHeartbeats: (range) => beats.read(range),
    info: async () => ({
      time: now(),
      cluster,
      serverVersion: 'memory',
      sync: 'relaxed',
      stream: `${prefix.toUpperCase()}_EVENTS`,
      firstSeq: store.lastSeq === 0 ? 0 : store.firstSeq,
      archived: store.archived,
      lastSeq: store.lastSeq,
      bytes: store.bytes,
      maxBytes: store.maxBytes,
      replicas: 1,
      leader: null,
      differs: [],
      borne: [],
    }),
    streams: async () => [],
    resize: async () => {},
    purge: async (upTo, place) => store.purge(upTo, place),
    limit: async (maxBytes) => {
      store.maxBytes = maxBytes
    },
  }
  return { log, bus: memoryBus(schedule, after), objects: memoryObjects(now), store }
}

const timer = (ms: number, task: () => void): (() => void) => {
  const started = setTimeout(task, ms)
  return () => clearTimeout(started)
}

class Heartbeats {
  private kept: { readonly entry: Entry; readonly time: number }[] = []
  private readonly listeners = new Set<(event: OrkEvent) => void>()
  private seq = 0

  constructor(
    private readonly prefix: string,
    private readonly now: () => number,
    private readonly schedule: (task: () => void) => void,
  ) {}

  beat(event: OrkEvent, stored: () => void = () => {}): void {
    const time = this.now()
    this.seq += 1
    const entry = throughJson(this.prefix, this.seq, event)
    this.kept.push({ entry, time })
    this.schedule(stored)
    if (this.seq % 1_000 === 0) this.kept = this.kept.filter((beat) => time - beat.time < HEARTBEATS_KEPT_MS)
    const read = entry.event
    if (read.type === 'Unreadable') return
    this.schedule(() => {
      for (const tell of [...this.listeners]) tell(read)
    })
  }

  follow(onBeat: (event: OrkEvent) => void): { stop(): void } {
    this.listeners.add(onBeat)
    return { stop: () => void this.listeners.delete(onBeat) }
  }

  async *read(range: { readonly since: number; readonly worker?: string }): AsyncGenerator<readonly Entry[]> {
    const since = Math.max(range.since, this.now() - HEARTBEATS_KEPT_MS)
    const entries = this.kept.filter(({ entry, time }) => time >= since && isOf(entry, range.worker))
    if (entries.length > 0) yield entries.map(({ entry }) => entry)
  }
}

const isOf = ({ event }: Entry, worker: string | undefined): boolean =>
  worker === undefined || (event.type === 'WorkerHeartbeat' && event.data.worker === worker)

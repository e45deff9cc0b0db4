import { type Bus, createMemoryLog, type Log, type MemoryLog } from '#libs/log'
import { EPOCH } from './process'
import type { Time } from './time'

type Message = NonNullable<ReturnType<MemoryLog['store']['at']>>

/** The servers that keep the log: one stream in memory, and whether it has a leader; and the archive of its past. */
export class Servers {
  private readonly memory: MemoryLog
  private readonly past: Message[] = []
  private leaderlessUntil = 0

  constructor(private readonly time: Time) {
    this.memory = createMemoryLog({
      now: () => EPOCH + Math.floor(time.now),
      schedule: (task) => void time.after(0, task),
      after: (ms, task) => time.after(ms, task),
      cluster: 'sim',
    })
  }

  get log(): Log {
    return this.memory.log
  }

  get bus(): Bus {
    return this.memory.bus
  }

  get store(): MemoryLog['store'] {
    return this.memory.store
  }

  /** A message of the log, or of its archive. */
  at(seq: number): Message | null {
    return this.past[seq - 1] ?? this.store.at(seq)
  }

  /** Moves all up to a sequence into the archive. */
  archive(upTo: number): void {
    for (let seq = this.past.length + 1; seq <= upTo; seq += 1) {
      const message = this.store.at(seq)
      if (message === null) throw new Error(`event ${seq} is neither in the log nor in the archive`)
      this.past.push(message)
    }
    this.store.purge(upTo, { host: 'sim', dir: '/archive' })
  }

  /** While it has none, nothing is stored, and no one is told why. */
  get hasLeader(): boolean {
    return this.time.now >= this.leaderlessUntil
  }

  loseLeader(ms: number): void {
    this.leaderlessUntil = Math.max(this.leaderlessUntil, this.time.now + ms)
  }

  /** For what is still on its way to them when everybody has given it up. */
  later(ms: number, task: () => void): void {
    this.time.after(ms, () => (this.hasLeader ? task() : undefined))
  }

  /** The sequence under which an event was stored; null when it was not. */
  find(id: string): number | null {
    for (let seq = this.store.lastSeq; seq > 0; seq -= 1) {
      const entry = this.store.at(seq)?.entry
      if (entry !== undefined && entry.event.type !== 'Unreadable' && entry.event.id === id) return seq
    }
    return null
  }
}

import { type Bus, createMemoryLog, type Log, type MemoryLog } from '#libs/log'
import { EPOCH } from './process'
import type { Time } from './time'

/** The servers that keep the log: one stream in memory, and whether it has a leader. */
export class Servers {
  private readonly memory: MemoryLog
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

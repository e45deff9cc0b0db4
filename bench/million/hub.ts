import type { Entry } from '#libs/events'
import type { Connection, Following, FollowOptions } from '#libs/log'

/** A worker's way to the log over a connection that it shares with others. */
export interface Line {
  readonly connection: Connection
  /** From one moment to the next nothing goes either way any more, as if its machine had vanished. */
  cut(): void
}

type Listener = FollowOptions['onEntries']

/**
 * One reading of the log for all workers of this process, in place of one for each: what is about jobs and services goes to
 * all of them, the rest to the worker it is about. A real machine reads, and pays for, its own part alone.
 */
export class Hub {
  private readonly listeners = new Map<string, Listener>()
  /** What is not about any one worker, for those that come later. */
  private readonly common: Entry[] = []
  private readonly following: Following

  constructor(private readonly connection: Connection) {
    this.following = connection.log.follow({ from: 1, onEntries: (entries) => this.handOn(entries) })
  }

  /** Resolves once all that was stored when the hub was made has been handed on. */
  get caughtUp(): Promise<void> {
    return this.following.caughtUp
  }

  line(worker: string): Line {
    const { connection } = this
    const { log } = connection
    let isCut = false
    const never = new Promise<never>(() => {})
    return {
      connection: {
        ...connection,
        log: {
          ...log,
          append: (items) => (isCut ? never : log.append(items)),
          beat: (event, stored) => (isCut ? undefined : log.beat(event, stored)),
          follow: ({ onEntries }) => this.follow(worker, onEntries),
        },
      },
      cut: () => {
        isCut = true
        this.listeners.delete(worker)
      },
    }
  }

  /** The log was empty of the worker before it came. */
  private follow(worker: string, listener: Listener): Following {
    this.listeners.set(worker, listener)
    if (this.common.length > 0) listener(this.common)
    const { caughtUp, broken } = this.following
    return { caughtUp, broken, stop: async () => void this.listeners.delete(worker) }
  }

  private handOn(entries: readonly Entry[]): void {
    const batches = new Map<string, Entry[]>()
    for (const entry of entries) {
      const { event } = entry
      const worker = 'data' in event && 'worker' in event.data ? event.data.worker : null
      if (worker === null) {
        this.handOut(batches)
        this.common.push(entry)
        for (const listener of this.listeners.values()) listener([entry])
        continue
      }
      const batch = batches.get(worker)
      if (batch === undefined) batches.set(worker, [entry])
      else batch.push(entry)
    }
    this.handOut(batches)
  }

  private handOut(batches: Map<string, Entry[]>): void {
    for (const [worker, batch] of batches) this.listeners.get(worker)?.(batch)
    batches.clear()
  }
}

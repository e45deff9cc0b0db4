import type { Process } from './process'
import type { Random } from './random'
import type { Time } from './time'
import type { Weather } from './weather'

/** Lets messages through in order, each after a while. */
export class Pipe {
  private last = 0

  constructor(
    private readonly time: Time,
    private readonly delay: () => number,
  ) {}

  push(task: () => void, moreMs = 0): void {
    this.last = Math.max(this.last, this.time.now + this.delay() + moreMs)
    this.time.at(this.last, task)
  }
}

/**
 * One process's connection to the servers. Cut, whatever is under way is lost, in both directions; the process is told
 * so after a while, and at the latest when it is connected again.
 */
export class Link {
  private cutAt: number | null = null
  private told = true
  private generation = 0
  private readonly up: Pipe
  private readonly down: Pipe
  private readonly watchers: ((connected: boolean) => void)[] = []
  private readonly servers: ((connected: boolean) => void)[] = []

  constructor(
    readonly process: Process,
    private readonly time: Time,
    readonly random: Random,
    readonly weather: Weather,
  ) {
    const delay = (): number => random.between(weather.delayMs[0], weather.delayMs[1])
    this.up = new Pipe(time, delay)
    this.down = new Pipe(time, delay)
  }

  get isCut(): boolean {
    return this.cutAt !== null
  }

  /** Told `false` when the connection is known to be lost, `true` when it is there again. */
  onStatus(tell: (connected: boolean) => void): void {
    this.watchers.push(tell)
  }

  /** The same as the servers see it, whatever the process is doing. */
  onServersStatus(tell: (connected: boolean) => void): void {
    this.servers.push(tell)
  }

  /** To the servers. A stopped process says nothing, and a dead one neither. */
  send(task: () => void): void {
    this.through(this.up, task)
  }

  deliver(task: () => void): void {
    this.through(this.down, () => this.process.run(task))
  }

  cut(noticeMs: number): void {
    if (this.isCut) return
    this.cutAt = this.time.now
    this.generation += 1
    const { generation } = this
    this.time.after(noticeMs, () => {
      if (this.generation === generation && this.isCut) this.tell(false)
    })
  }

  mend(): void {
    if (!this.isCut) return
    this.cutAt = null
    this.generation += 1
    this.tell(false)
    this.tell(true)
  }

  private through(pipe: Pipe, task: () => void): void {
    if (this.isCut || !this.process.isAlive) return
    const { generation } = this
    pipe.push(() => {
      if (this.generation === generation) task()
    })
  }

  private tell(connected: boolean): void {
    if (this.told === connected || !this.process.isAlive) return
    this.told = connected
    for (const server of this.servers) server(connected)
    for (const watcher of this.watchers) this.process.run(() => watcher(connected))
  }
}

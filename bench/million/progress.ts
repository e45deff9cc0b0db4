import type { StatusReply } from '#libs/api'
import type { BenchCluster } from './cluster'

/** How many of all instances run, as each service's view had it, and when. */
interface Point {
  readonly at: number
  readonly running: number
}

const ASK_EVERY_MS = 250
const SAY_EVERY_MS = 5_000

/** Watches the views of manager and scheduler until all is as it should be in both of them, and runs in the workers' own. */
export class Progress {
  private readonly points = new Map<string, Point[]>()
  /** The services in whose view all was done when they last said how it was. */
  private readonly done = new Set<string>()
  private last: StatusReply | undefined

  constructor(
    private readonly cluster: BenchCluster,
    private readonly instances: number,
    private readonly isDone: (status: StatusReply) => boolean = () => true,
  ) {}

  /** Resolves when all is done and all instances run in every view; rejects when nothing has changed for so long. */
  async all(patienceMs: number): Promise<void> {
    const begun = Date.now()
    let changedAt = begun
    let seq = -1
    const saying = setInterval(
      () => console.error(`${Math.round((Date.now() - begun) / 1_000)} s: ${this.inWords()}`),
      SAY_EVERY_MS,
    )
    await new Promise<void>((resolve, reject) => {
      const watching = this.cluster.watch(ASK_EVERY_MS, (status, at) => {
        this.note(status, at)
        if (status.seq > seq) changedAt = at
        seq = Math.max(seq, status.seq)
        if (this.done.size === 2) resolve(watching.stop())
        else if (at - changedAt > patienceMs) {
          watching.stop()
          reject(new Error(`nothing has changed for ${patienceMs} ms: ${JSON.stringify(this.last)}`))
        }
      })
    }).finally(() => clearInterval(saying))
    while ((await this.cluster.running()) < this.instances) await new Promise((resolve) => setTimeout(resolve, 20))
  }

  /** When a share of all ran in both views. */
  reached(share: number): number {
    const of = Math.ceil(this.instances * share)
    const times = [...this.points.values()].map(
      (points) => points.find(({ running }) => running >= of)?.at ?? Number.NaN,
    )
    return Math.max(...times)
  }

  /** When it was first seen that not all ran any more. */
  get dropped(): number {
    const times = [...this.points.values()].flat().filter(({ running }) => running < this.instances)
    return Math.min(...times.map(({ at }) => at))
  }

  private note(status: StatusReply, at: number): void {
    this.last = status
    const points = this.points.get(status.service) ?? []
    this.points.set(status.service, points)
    const running = status.instances.running ?? 0
    points.push({ at, running })
    if (running === this.instances && this.isDone(status)) this.done.add(status.service)
    else this.done.delete(status.service)
  }

  private inWords(): string {
    const views = [...this.points].map(([service, points]) => `${points.at(-1)?.running ?? 0} run in ${service}`)
    return `${views.join(', ')}; ${JSON.stringify(this.last?.workers)}, seq ${this.last?.seq}`
  }
}

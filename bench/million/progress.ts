import type { StatusReply } from '#libs/api'
import type { BenchCluster } from './cluster'

/** How many of all instances run, as each service's view had it, and when. */
interface Point {
  readonly at: number
  readonly running: number
}

const ASK_EVERY_MS = 250
const SAY_EVERY_MS = 5_000

/** Watches the views of manager and scheduler until so many instances run in both of them, and in the workers' own. */
export class Progress {
  private readonly points = new Map<string, Point[]>()
  private last: StatusReply | undefined

  constructor(
    private readonly cluster: BenchCluster,
    private readonly instances: number,
  ) {}

  /** Resolves when all run in every view; rejects when nothing has changed for so long. */
  async all(patienceMs: number): Promise<void> {
    const begun = Date.now()
    let changedAt = begun
    let sum = -1
    const saying = setInterval(
      () => console.error(`${Math.round((Date.now() - begun) / 1_000)} s: ${this.inWords()}`),
      SAY_EVERY_MS,
    )
    await new Promise<void>((resolve, reject) => {
      const watching = this.cluster.watch(ASK_EVERY_MS, (status, at) => {
        this.note(status, at)
        if (this.sum !== sum) changedAt = at
        sum = this.sum
        if (this.isAll()) resolve(watching.stop())
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

  private note(status: StatusReply, at: number): void {
    this.last = status
    const points = this.points.get(status.service) ?? []
    this.points.set(status.service, points)
    points.push({ at, running: status.instances.running ?? 0 })
  }

  private inWords(): string {
    const views = [...this.points].map(([service, points]) => `${points.at(-1)?.running ?? 0} run in ${service}`)
    return `${views.join(', ')}; ${JSON.stringify(this.last?.workers)}, seq ${this.last?.seq}`
  }

  private get sum(): number {
    let sum = 0
    for (const points of this.points.values()) sum += points.at(-1)?.running ?? 0
    return sum
  }

  private isAll(): boolean {
    return this.points.size === 2 && [...this.points.values()].every((each) => each.at(-1)?.running === this.instances)
  }
}

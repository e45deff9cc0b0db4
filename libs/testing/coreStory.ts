import { type Core, emptyCluster, type Now } from '#libs/cluster'
import { type Draft, type Stamp, stamp } from '#libs/events'
import { NO_RESOURCES } from '#libs/kernel'
import { History } from './history'

/** What happened, with what its stamp says if that matters. */
export type Happened = Draft | { readonly draft: Draft; readonly by: Partial<Stamp> }

/** Drives the core of a service that acts alone, against a log that the test writes; time passes when it is told to. */
export class CoreStory<View> {
  readonly view: View
  readonly log = new History()
  /** Monotonic milliseconds. */
  mono = 0
  /** When the core wants to be woken. */
  wakeAt: number | null = null
  private folded = 0

  constructor(readonly core: Core<View>) {
    this.view = core.initial(emptyCluster())
  }

  get now(): Now {
    return { wall: this.log.time, mono: this.mono }
  }

  /** Tells what happened. */
  given(...drafts: readonly Happened[]): this {
    for (const told of drafts) 'draft' in told ? this.log.add(told.draft, told.by) : this.log.add(told)
    return this.fold()
  }

  /** Folds what was written to the log otherwise. */
  fold(): this {
    for (const entry of this.log.entries.slice(this.folded)) this.core.evolve(this.view, entry)
    this.folded = this.log.entries.length
    return this
  }

  pass(ms: number): this {
    this.mono += ms
    this.log.time += ms
    return this
  }

  /** These workers give a sign of life. */
  hear(...workers: readonly string[]): this {
    for (const worker of workers) {
      const none = NO_RESOURCES
      const data = { worker, seq: 0, capacity: none, reserved: none, used: none, containers: [], troubles: [] }
      const event = stamp({ type: 'WorkerHeartbeat', data }, { id: 'h', source: 'worker/w', time: this.log.time })
      this.core.hear(this.view, event, this.now)
    }
    return this
  }

  /** What the core decides now; nothing of it is written. */
  decide(): readonly Draft[] {
    const { decisions, wakeAt } = this.core.decide(this.view, this.now)
    this.wakeAt = wakeAt
    return decisions.map(({ draft }) => draft)
  }

  /** What the core decides, written and folded, again and again until it has nothing more to say. */
  settle(): readonly Draft[] {
    const all: Draft[] = []
    for (let rounds = 0; rounds < 1_000; rounds += 1) {
      const decided = this.decide()
      if (decided.length === 0 && (this.wakeAt === null || this.wakeAt > this.mono)) return all
      this.given(...decided)
      all.push(...decided)
    }
    throw new Error('it goes on deciding')
  }
}

/** `TaskScheduled web.api.0 on w1`, `JobStopped web`: the type, what it is about and the worker, for comparing. */
export const inShort = (drafts: readonly Draft[]): string[] =>
  drafts.map(({ type, data }) => {
    const { job, task, index, worker } = data as { job?: string; task?: string; index?: number; worker?: string }
    const about = [job, task, index].filter((part) => part !== undefined).join('.')
    return [type, about, about !== '' && worker !== undefined ? `on ${worker}` : worker].filter(Boolean).join(' ')
  })

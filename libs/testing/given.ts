import {
  type Attempt,
  type Cluster,
  emptyCluster,
  evolve,
  type Instance,
  idOf,
  ignoreChanges,
  isPlaced,
} from '#libs/cluster'
import { type Draft, EVENTS, type Stamp, stamp, type Unreadable } from '#libs/events'
import { ofPlacement } from './happenings'

/** Something that happened, with what its stamp says if that matters. */
export type Happening = Draft | Unreadable | { readonly draft: Draft; readonly by: Partial<Stamp> }

/** Milliseconds between two events of a story. */
const STEP_MS = 1_000

/** A story of events and what the fold makes of it, in words that are short enough to compare. */
export class Story {
  readonly cluster: Cluster = emptyCluster()

  /** Tells what happened next, an event a second. Decisions are of the current epoch unless they say otherwise. */
  when(...happenings: readonly Happening[]): this {
    for (const happening of happenings) this.tell(happening)
    return this
  }

  /** `{ 'web.api.0': 'running w1#2' }`: the state, and while it is placed where and in which attempt; then the retiring one. */
  get instances(): Readonly<Record<string, string>> {
    const all = [...this.cluster.jobs.values()].flatMap(({ tasks }) =>
      [...tasks.values()].flatMap(({ instances }) => [...instances]),
    )
    return Object.fromEntries(all.map((instance) => [idOf(instance), inWords(instance)]))
  }

  /** `{ web: 'running v2' }` */
  get jobs(): Readonly<Record<string, string>> {
    return Object.fromEntries(
      [...this.cluster.jobs].map(([name, { state, version }]) => [name, `${state} v${version}`]),
    )
  }

  /** `{ w1: 'ready, 500m for web.api.0' }` */
  get workers(): Readonly<Record<string, string>> {
    return Object.fromEntries(
      [...this.cluster.workers].map(([name, { state, reserved, instances }]) => {
        const names = [...instances].map(idOf).sort()
        return [name, names.length === 0 ? state : `${state}, ${reserved.cpuMilli}m for ${names.join(' ')}`]
      }),
    )
  }

  get ignored(): { readonly stale: number; readonly illegal: number } {
    return { ...this.cluster.ignored }
  }

  /** The instance of that id; throws where there is none. */
  instance(id: string): Instance {
    const [job = '', task = '', index] = id.split('.')
    const found = this.cluster.jobs.get(job)?.tasks.get(task)?.instances.at(Number(index))
    if (found === undefined) throw new Error(`there is no ${id} in this story`)
    return found
  }

  private tell(happening: Happening): void {
    const seq = this.cluster.seq + 1
    const event = 'type' in happening && happening.type === 'Unreadable' ? happening : this.stamped(happening, seq)
    evolve(this.cluster, { seq, event }, ignoreChanges)
  }

  private stamped(happening: Exclude<Happening, Unreadable>, seq: number) {
    const { draft, by } = 'draft' in happening ? happening : { draft: happening, by: {} }
    const { nature, owner } = EVENTS[draft.type]
    const led = owner === 'manager' || owner === 'scheduler'
    const epoch = nature === 'decision' && led ? { epoch: this.cluster.leaders[owner].epoch } : {}
    return stamp(ofPlacement(draft, this.cluster), {
      id: `e${seq}`,
      source: 'worker/w1',
      time: seq * STEP_MS,
      ...epoch,
      ...by,
    })
  }
}

const inWords = (instance: Instance): string =>
  [instance, instance.retiring].flatMap((one) => (one === null ? [] : [attemptInWords(one)])).join(', ')

const attemptInWords = ({ state, worker, attempt }: Attempt): string =>
  isPlaced(state) ? `${state} ${worker}#${attempt}` : state

/** Begins a story: `given(registered('w1'), submitted(aJob())).when(scheduled('web.api.0', 'w1'))`. */
export const given = (...happenings: readonly Happening[]): Story => new Story().when(...happenings)

import { attemptsOf, findInstance, isPlaced } from '#libs/cluster'
import type { AttemptRef, Container } from '#libs/drivers'
import { EVENTS, type OrkEvent } from '#libs/events'
import {
  decide,
  type Effect,
  evolveView,
  type Fact,
  initialView,
  type Observation,
  observe,
} from '../../services/worker/core'
import { History } from './history'
import { carryOut, unanswered } from './simulatedEffects'
import { SimulatedEngine } from './simulatedEngine'

export const WORKER = 'w1'

/** One life of the worker: all of it is gone when it crashes. */
interface Life {
  readonly view: ReturnType<typeof initialView>
  /** How much of the log it has folded. */
  read: number
  readonly outbox: (Fact & { readonly time: number })[]
  readonly effects: Effect[]
  /** What the engine answered or told, and the worker has not heard yet. */
  readonly answers: Observation[]
  listing: { readonly begun: number; containers: readonly Container[] | null } | null
}

/**
 * The worker's real core between a log and an engine that a test moves step by step: what reaches whom, when, twice or
 * not at all, and when the worker dies, is the caller's to choose. What must never happen is put in `broken`.
 */
export class WorkerSimulation {
  readonly log = new History()
  readonly engine = new SimulatedEngine((ref) => this.onStart(ref))
  readonly broken: string[] = []
  readonly trace: string[] = []
  /** What the core has decided, e.g. `Run web.api.0#1` and `TaskStarted web.api.0#1`; for a story to take away. */
  readonly news: string[] = []
  /** Milliseconds since the simulation began. */
  clock = 0
  private life: Life = this.born()
  /** Ids as the log's window of duplicates knows them; a crash takes longer than the window. */
  private stored = new Set<string>()

  private born(): Life {
    const view = initialView(WORKER, ['simulated'])
    view.capacity = { cpuMilli: 1_000_000, memoryBytes: 2 ** 40, diskBytes: 2 ** 40 }
    return { view, read: 0, outbox: [], effects: [], answers: [], listing: null }
  }

  private get now() {
    return { wall: this.log.time, mono: this.clock }
  }

  get view() {
    return this.life.view
  }

  /** What the worker has told and the log does not have yet. */
  get unsent(): readonly (Fact & { readonly time: number })[] {
    return [...this.life.outbox]
  }

  pass(ms: number): void {
    this.clock += ms
    this.log.time += ms
  }

  /** The worker dies and starts again; what it had asked of the engine was heard there, or (`heard` false) was not. */
  crash(heard: (effect: Effect) => boolean, listsFirst: boolean): void {
    this.trace.push('crash')
    for (const effect of this.life.effects) if (heard(effect)) carryOut(this.engine, effect)
    this.life = this.born()
    this.stored.clear()
    this.engine.told.length = 0
    if (listsFirst) this.relist()
    this.read(Number.POSITIVE_INFINITY)
    this.life.view.caughtUp = true
  }

  /** The worker folds the next `count` entries of its part of the log. */
  read(count: number): void {
    const { view } = this.life
    const until = Math.min(this.log.entries.length, this.life.read + count)
    for (const entry of this.log.entries.slice(this.life.read, until)) {
      if (isForWorker(entry.event as OrkEvent)) evolveView(view, entry, this.now)
    }
    this.life.read = until
    if (until === this.log.entries.length) view.caughtUp = true
  }

  decide(): void {
    const { facts, effects } = decide(this.life.view, this.now)
    for (const fact of facts) {
      this.trace.push(`tell ${fact.id}`)
      this.news.push(`${fact.draft.type} ${fact.instance}#${(fact.draft.data as { attempt: number }).attempt}`)
      this.life.outbox.push({ ...fact, time: this.log.time })
      this.checkContainer(fact)
    }
    for (const effect of effects) {
      const { job, task, index, attempt, hook } = effect.ref
      const more = hook === undefined ? '' : `.${hook}`
      if (effect.tag !== 'Probe') this.trace.push(`${effect.tag} ${job}.${task}.${index}/${attempt}${more}`)
      this.news.push(`${effect.tag} ${job}.${task}.${index}#${attempt}${more}`)
      this.life.effects.push(effect)
    }
  }

  /** The first fact of the outbox that `pick` chooses an instance by reaches the log; `again`: the answer is lost. */
  send(pick: number, again: boolean): void {
    const { outbox } = this.life
    const chosen = outbox[pick % Math.max(1, outbox.length)]
    if (chosen === undefined) return
    const at = outbox.findIndex(({ instance }) => instance === chosen.instance)
    const fact = outbox[at]
    if (fact === undefined) return
    if (!again) outbox.splice(at, 1)
    if (this.stored.has(fact.id)) return
    this.stored.add(fact.id)
    this.store(fact)
  }

  /** One thing the worker asked for reaches the engine. `fault`: it was not heard, or the answer was lost. */
  carryOut(pick: number, fault: 'unheard' | 'unanswered' | null): void {
    const { effects, answers } = this.life
    if (effects.length === 0) return
    const [effect] = effects.splice(pick % effects.length, 1)
    if (effect === undefined) return
    const answer = fault === 'unheard' ? unanswered(effect) : carryOut(this.engine, effect)
    answers.push(fault === null ? answer : unanswered(effect))
  }

  /** The worker hears one answer. */
  hear(pick: number): void {
    const { answers, view } = this.life
    if (answers.length === 0) return
    const [answer] = answers.splice(pick % answers.length, 1)
    if (answer !== undefined) observe(view, answer)
  }

  /** The engine's next event reaches the worker, `times` times. */
  notify(times: number): void {
    const told = this.engine.told.shift()
    if (told === undefined) return
    for (let i = 0; i < times; i += 1) observe(this.life.view, { driver: 'simulated', ...told })
  }

  /** A listing goes a step on: begun, answered by the engine, heard by the worker. */
  list(): void {
    const { life } = this
    if (life.listing === null) life.listing = { begun: life.view.generation, containers: null }
    else if (life.listing.containers === null) life.listing.containers = this.engine.list()
    else {
      const { begun, containers } = life.listing
      life.listing = null
      observe(life.view, { tag: 'Listed', driver: 'simulated', begun, containers })
    }
  }

  see(seen: Observation): void {
    observe(this.life.view, seen)
  }

  /** When the worker wants to be woken though nothing happens. */
  wakeAt(): number | null {
    return decide(this.life.view, this.now).wakeAt
  }

  loseEngine(): void {
    observe(this.life.view, { tag: 'Unreachable', driver: 'simulated' })
  }

  /** Everything gets through, in no time. */
  flow(): void {
    do {
      this.read(Number.POSITIVE_INFINITY)
      this.decide()
      while (this.life.effects.length > 0) this.carryOut(0, null)
      while (this.life.answers.length > 0) this.hear(0)
      while (this.engine.told.length > 0) this.notify(1)
      this.decide()
      while (this.life.outbox.length > 0) this.send(0, false)
    } while (!this.isIdle())
  }

  private isIdle(): boolean {
    const { outbox, effects, answers, read } = this.life
    const waiting = outbox.length + effects.length + answers.length + this.engine.told.length
    return waiting === 0 && read === this.log.entries.length
  }

  /** The whole of a listing that begins now. */
  relist(): void {
    this.life.listing = null
    for (let i = 0; i < 3; i += 1) this.list()
  }

  /** From here on everything gets through and time passes, until nothing has happened for a while; false: it goes on. */
  settle(): boolean {
    let calm = 0
    for (let round = 0; round < 100 && calm < 4; round += 1) {
      const before = this.trace.length
      while (this.life.listing !== null) this.list()
      this.relist()
      this.flow()
      this.pass(5_000)
      calm = this.trace.length === before ? calm + 1 : 0
    }
    return calm === 4
  }

  /** A fact reaches the log: of a placement that is still open it must be a legal step, of another one none. */
  /** The log takes a fact. */
  store(fact: Fact & { readonly time: number }): void {
    const instance = this.log.instance(fact.instance)
    const { placement } = fact.draft.data as { placement: number }
    const placed = attemptsOf(instance).find(({ placedSeq }) => placedSeq === placement)
    const before = `${placed?.state} attempt ${placed?.attempt}`
    const open = placed !== undefined && isPlaced(placed.state) && placed.state !== 'stopping'
    const { illegal } = this.log.cluster.ignored
    this.log.add(fact.draft, { id: fact.id, source: `worker/${WORKER}`, time: fact.time })
    const ignored = this.log.cluster.ignored.illegal > illegal
    this.trace.push(`${this.log.entries.length} ${fact.id}${ignored ? ' (ignored)' : ''}`)
    if (open && ignored) this.broken.push(`${fact.id} was no legal step from ${before}`)
    if (placed === undefined && !ignored) this.broken.push(`${fact.id} was taken for another placement's`)
  }

  /** What is told to run must be the very container of that attempt. */
  private checkContainer({ id, draft }: Fact): void {
    if (draft.type !== 'TaskStarted') return
    const { container, placement, attempt } = draft.data
    const ref = this.engine.made.get(container)
    if (ref?.placement !== placement || ref.attempt !== attempt) this.broken.push(`${id} speaks of another's container`)
  }

  private onStart({ job, task, index, attempt, placement, hook }: AttemptRef): void {
    for (const { ref, state } of this.engine.runs.values()) {
      const same = ref.job === job && ref.task === task && ref.index === index
      if (same && state === 'running' && !this.retired(ref.placement, placement)) {
        this.broken.push(`${job}.${task}.${index} runs twice: attempts ${ref.attempt} and ${attempt}`)
      }
    }
    const instance = findInstance(this.log.cluster, job, task, index)
    if (instance === undefined || hook !== undefined) return
    const told = instance.placedSeq === placement && instance.attempt === attempt
    if (told && (instance.state === 'running' || instance.state === 'exited')) {
      this.broken.push(`${job}.${task}.${index} attempt ${attempt} was run again`)
    }
  }

  /** Whether the log has had the older placement go on beside the newer one. */
  private retired(older: number, newer: number): boolean {
    return this.log.entries.some(
      ({ seq, event }) => event.type === 'TaskReplaceRequested' && event.data.placement === older && seq < newer,
    )
  }
}

/** The worker follows jobs, elections and what stands under its own token. */
const isForWorker = (event: OrkEvent): boolean => {
  if (EVENTS[event.type].topic === 'job' || event.type === 'LeaderElected') return true
  return (event.data as { worker?: string }).worker === WORKER
}

import { type Attempt, attemptsOf, type Cluster, type Core, isFrozen, isPlaced } from '#libs/cluster'
import { aggregateOf, type Draft, type Entry, EVENTS, type OrkEvent, type Stamp, stamp } from '#libs/events'
import { instanceId } from '#libs/kernel'
import { changesOf, DEFAULT_LIVENESS, type ManagerView, managerCore } from '../../services/manager/core'
import { evolveView, type SchedulerView, schedulerCore } from '../../services/scheduler/core'
import { type Change, draftsOf, underChanges } from './change'
import { draftOf, isArrival, type Recording, type Told } from './recording'
import { type Fact, Runs } from './runs'
import { Silence } from './silence'
import { Tally, touchedBy } from './tally'

/** Decisions about workers' silence: the silence is recorded, and so is what was made of it. */
const OF_SILENCE: ReadonlySet<OrkEvent['type']> = new Set(['WorkerSuspected', 'WorkerLost', 'WorkerReturned'])

/**
 * The course of things as it would have been: the cores of manager and scheduler over a log of its own, in memory. At
 * first it takes over what was recorded, entry by entry (`follow`); once it has gone another way, it goes on by itself
 * (`leave`, `play`): what users and machines did comes as recorded, the cores decide, and what is placed starts, runs
 * and ends as it was recorded to, or as its like was.
 */
export class Branch {
  readonly scheduling: SchedulerView
  readonly tally: Tally
  private readonly managing: ManagerView
  private readonly scheduler: Core<SchedulerView> = schedulerCore()
  private readonly manager: Core<ManagerView> = managerCore(DEFAULT_LIVENESS)
  private readonly runs: Runs
  private readonly silence: Silence
  private readonly decideMs: number
  private leftAt = Number.POSITIVE_INFINITY
  /** When it is next decided; milliseconds since 1970. */
  private decideAt = Number.POSITIVE_INFINITY

  /** @param cluster Its own: it is folded on in place, once for both cores. */
  constructor(
    cluster: Cluster,
    recording: Recording,
    private readonly changes: readonly Change[],
    private now: number,
  ) {
    this.decideMs = recording.decideMs
    this.scheduling = this.scheduler.initial(cluster)
    this.managing = this.manager.initial(cluster)
    this.tally = new Tally(this.cluster, now)
    this.runs = new Runs(recording.lives)
    this.silence = new Silence(this.manager, this.managing)
  }

  /** Up to when it has come; milliseconds since 1970. */
  get time(): number {
    return this.now
  }

  reconsider(): void {
    this.scheduler.reconsider(this.scheduling)
  }

  get cluster(): Cluster {
    return this.scheduling.cluster
  }

  /** Makes the changes, between two entries of the log. */
  change(): void {
    for (const change of this.changes) {
      for (const draft of draftsOf(this.cluster, change)) this.append(draft, 'manager/whatif')
    }
  }

  /** Takes over an entry as it was recorded. */
  follow({ seq, event, at }: Told): void {
    this.now = at
    const own = event.type === 'Unreadable' ? event : this.changed(event)
    if (own !== null) this.fold({ seq, event: own })
  }

  /** What the scheduler decides here, by instance; nothing of it is written. */
  placements(): ReadonlyMap<string, string> {
    return placementsOf(this.scheduler, this.scheduling, this.now)
  }

  /** From here on, what was recorded after this sequence is no longer what happens. */
  leave(seq: number): void {
    this.leftAt = seq
    const mono = this.now
    this.scheduler.reconsider(this.scheduling)
    this.manager.lead(this.managing, { wall: mono, mono })
    for (const worker of this.cluster.workers.values()) {
      for (const attempt of worker.instances) {
        this.runs.goOn(attempt, seq)
        this.runs.stopIfAsked(attempt, this.now)
      }
    }
    this.soon()
  }

  /** Meets with what was recorded after it has left: it comes, where it would have in any case, first of all at its time. */
  meet(told: Told): void {
    if (told.event.type !== 'Unreadable' && !isArrival(told.event)) return
    this.now = Math.max(this.now, told.at)
    this.arrive(told)
  }

  /** Goes on by itself until a time, or until nothing is due any more. */
  play(until: number): void {
    for (const _ of this.steps(until));
  }

  /** The same a decision at a time, so that something else may be done between. */
  *steps(until: number): Generator<void> {
    for (;;) {
      const fact = this.runs.peek()
      const at = Math.min(fact?.at ?? Number.POSITIVE_INFINITY, this.decideAt)
      if (at > until || at === Number.POSITIVE_INFINITY) break
      this.now = Math.max(this.now, at)
      if (fact?.at === at) this.happen(this.runs.pop() ?? fact)
      else {
        this.decide()
        yield
      }
    }
  }

  private changed(event: OrkEvent): OrkEvent | null {
    const draft = underChanges(this.changes, draftOf(event))
    return draft === null ? null : ({ ...event, data: draft.data } as OrkEvent)
  }

  private arrive({ event }: Told): void {
    if (event.type === 'Unreadable') return this.fold({ seq: this.nextSeq(), event })
    const own = this.changed(event)
    if (own === null) return
    if (own.type === 'WorkerSuspected') this.silence.hear(own.data.worker, this.now - own.data.silentMs, this.now)
    this.fold({ seq: this.nextSeq(), event: this.renumbered(own) })
    if (own.type === 'WorkerReturned' || own.type === 'WorkerRegistered') {
      this.silence.hear(own.data.worker, this.now, this.now)
    }
    this.soon()
  }

  /** Versions of jobs, and epochs, as they are here. */
  private renumbered(event: OrkEvent): OrkEvent {
    const { epoch: _, ...plain } = event
    const known = 'job' in event.data ? this.cluster.jobs.get(event.data.job) : undefined
    const epoch = event.type === 'LeaderElected' ? {} : this.epochOf(event)
    if (!('version' in event.data) || !('job' in event.data)) return { ...plain, ...epoch } as OrkEvent
    const version = (known?.version ?? 0) + ('spec' in event.data ? 1 : 0)
    return { ...plain, ...epoch, data: { ...event.data, version } } as OrkEvent
  }

  private epochOf({ type }: { readonly type: Draft['type'] }) {
    const { nature, owner } = EVENTS[type]
    const isLed = nature === 'decision' && (owner === 'manager' || owner === 'scheduler')
    return isLed ? { epoch: this.cluster.leaders[owner].epoch } : {}
  }

  private happen(fact: Fact): void {
    const { placement, draft } = fact
    const attempt = this.find(draft, placement)
    const worker = this.cluster.workers.get(attempt?.worker ?? '')
    if (attempt === undefined || worker === undefined) return
    if (worker.state !== 'ready') return this.runs.putOff(fact, worker.name) // it is not there to tell
    if (attempt.state === 'stopping' && draft.type !== 'TaskStopped') return
    this.append(draft, `worker/${worker.name}`)
    this.soon()
  }

  private find(draft: Draft, placement: number): Attempt | undefined {
    for (const instance of touchedBy(this.cluster, draft as OrkEvent)) {
      for (const attempt of attemptsOf(instance)) {
        if (attempt.placedSeq === placement && isPlaced(attempt.state)) return attempt
      }
    }
    return undefined
  }

  private decide(): void {
    const now = { wall: this.now, mono: this.now }
    const looks = this.silence.begin(this.now)
    this.decideAt = Number.POSITIVE_INFINITY
    const managed = this.manager.decide(this.managing, now)
    if (looks) this.silence.end(this.now)
    for (const { draft } of managed.decisions) if (!OF_SILENCE.has(draft.type)) this.decided(draft, 'manager/whatif')
    const scheduled = this.scheduler.decide(this.scheduling, now)
    for (const { draft } of scheduled.decisions) this.decided(draft, 'scheduler/whatif')
    // A look hides what else is due to the manager: it is asked once more, without one.
    const wakes = [looks ? this.now : managed.wakeAt, scheduled.wakeAt]
    // What is left over of a batch waits until that is written and folded.
    const soonest = this.now + (managed.decisions.length + scheduled.decisions.length > 0 ? this.decideMs : 1)
    const nextWakes = wakes.map((at) => Math.max(at ?? Number.POSITIVE_INFINITY, soonest))
    this.decideAt = Math.min(this.decideAt, this.silence.nextAt, ...nextWakes)
  }

  private decided(draft: Draft, source: Stamp['source']): void {
    if (isFrozen(this.cluster, aggregateOf(draft as OrkEvent))) return
    this.append(draft, source)
    this.soon()
  }

  /** Something has happened: it is decided on soon. */
  private soon(): void {
    this.decideAt = Math.min(this.decideAt, this.now + this.decideMs)
  }

  private append(draft: Draft, source: Stamp['source']): void {
    const seq = this.nextSeq()
    const event = stamp(draft, { id: `${seq}`, source, time: this.now, ...this.epochOf(draft) })
    this.fold({ seq, event })
  }

  /** Between two recorded entries while it follows them: their sequences stay their own. */
  private nextSeq(): number {
    return this.cluster.seq + (this.leftAt === Number.POSITIVE_INFINITY ? 2 ** -10 : 1)
  }

  private fold(entry: Entry): void {
    evolveView(this.scheduling, entry, changesOf(this.managing, entry))
    this.tally.folded(entry, this.now)
    const { event } = entry
    if (this.leftAt === Number.POSITIVE_INFINITY || event.type === 'Unreadable') return
    if (EVENTS[event.type].topic === 'worker') this.noteWorker(event)
    for (const instance of touchedBy(this.cluster, event)) {
      if (event.type === 'TaskScheduled' && instance.placedSeq === entry.seq) {
        this.runs.begin(instance, this.leftAt, this.now)
      }
      for (const attempt of attemptsOf(instance)) this.runs.stopIfAsked(attempt, this.now)
    }
  }

  /** A worker may have fallen silent, or be heard again. */
  private noteWorker(event: OrkEvent): void {
    const { worker } = event.data as { worker: string }
    this.silence.note(this.now)
    if (this.cluster.workers.get(worker)?.state === 'ready') this.runs.tellAll(worker, this.now)
  }
}

/** What a scheduler decides on its view, by instance; nothing of it is written. */
export const placementsOf = (
  core: Core<SchedulerView>,
  view: SchedulerView,
  now: number,
): ReadonlyMap<string, string> => {
  const found = new Map<string, string>()
  for (const { draft } of core.decide(view, { wall: now, mono: now }).decisions) {
    if (draft.type === 'TaskScheduled') found.set(instanceId(draft.data), draft.data.worker)
  }
  return found
}

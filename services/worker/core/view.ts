import { type Attempt, type Cluster, emptyCluster, type Health } from '#libs/cluster'
import type { AttemptRef, DriverError, EngineHealth, Exit, Probed, PublishedPort } from '#libs/drivers'
import { Heap, instanceId, NONE, type Resources } from '#libs/kernel'
import type { DriverName, TaskSpec } from '#libs/spec'
import type { Check } from './check'

/** What one worker knows: what the log gave it to do, and what its engines have. */
export interface WorkerView {
  readonly name: string
  /** What the log says of the jobs and of this worker's instances; others' are not followed. */
  readonly cluster: Cluster
  /** The id of the registration that this process has sent last; null until it takes the name by the first. */
  registration: string | null
  /** Whether the log has come to the first. */
  registered: boolean
  /** A process that has taken the name since: this one decides and says nothing more. */
  successor: Successor | null
  /** Which engine is behind each driver, as far as they have said. */
  identities: Readonly<Record<string, string>>
  /** What this worker promised to have; null until it has measured. */
  capacity: Resources | null
  /** How many devices of each kind it promised to have. */
  devices: Readonly<Record<string, number>>
  /** By instance id: one, or two while one retires. Never changed in place, as who goes through them may take some out. */
  readonly assignments: Map<string, readonly Assignment[]>
  /** By instance id; never changed in place either. */
  readonly containers: Map<string, readonly Held[]>
  readonly engines: Map<DriverName, Engine>
  /** Instances of which something changed since the last decision. */
  readonly touched: Set<string>
  /** The probes under way, by the `keyOf` of what they look at, and the instances whose turn will come. */
  readonly probes: { readonly underWay: Set<string>; readonly waiting: Set<string> }
  /** Instances that wait for a time, the earliest first. */
  readonly alarms: Heap<Alarm>
  /**
   * When the last heartbeat was sent that the log has acknowledged; monotonic milliseconds. Infinity: nothing is held
   * against a worker that has not registered yet.
   */
  contactAt: number
  /** Whether the log has come to its reserve: what is told is spared, as far as nothing has to run for it. */
  scarce: boolean
  /** Set once the log up to the start has been folded: before, nothing is known to be superfluous. */
  caughtUp: boolean
  /** Instances of which the log has yet to hear what an earlier life of this worker told: until then nothing is decided of them. */
  untold: ReadonlySet<string>
  /** Grows with everything that happens to a container, so that an older listing is not taken for news. */
  generation: number
  /** Containers that went, with the generation of that moment, until a listing has begun after it. */
  readonly dropped: Map<string, Dropped>
}

export interface Successor {
  readonly host: string
  /** Which engine it has behind each driver. */
  readonly engines: Readonly<Record<string, string>>
}

export interface Alarm {
  /** Monotonic milliseconds. */
  readonly at: number
  readonly id: string
}

export interface Dropped {
  readonly driver: DriverName
  readonly generation: number
}

export interface Engine {
  /** `unknown` until listed for the first time; `unreachable` until listed again. */
  state: 'unknown' | 'listed' | 'unreachable'
  /** The view's generation when it was last found out of reach: only a listing begun after that settles it. */
  doubtedAt: number
  /** Since when it has not been listed, monotonic milliseconds; null while it is. */
  silentSince: number | null
  /** Whether the log was told so. */
  silenceTold: boolean
}

/** One placement of an instance here, from TaskScheduled to its end, through all restarts in place. */
export interface Assignment {
  readonly id: string
  /** The attempt as the log has it. */
  logged: Attempt
  /** Whether the log has a successor for it: it goes on until it is told to stop, and is not started again. */
  retiring: boolean
  readonly placedSeq: number
  readonly spec: TaskSpec
  /** The attempt that is current here; the log learns of it by TaskRestarting. */
  attempt: number
  /** `gone`: it is no longer ours to report on; whatever runs is removed. */
  wanted: 'run' | 'stop' | 'gone'
  phase: Phase
  restarts: number
  /** Monotonic milliseconds. */
  startedAt: number
  notBefore: number
  /** The same while the log is at its reserve, and how often it was restarted since it is. */
  sparingUntil: number
  sparedRestarts: number
  /** How often in a row its engine could not start it, as far as this process knows. */
  failedStarts: number
  /** The times for which alarms were set: to start it, to stop it where it is cut off, and to probe it; 0: none. */
  alarmAt: number
  cutOffAlarmAt: number
  checkAlarmAt: number
  /** Why it is stopped though nobody asked for that. */
  stopReason: string | null
  /** What came of pulling the image of what runs next, so that one that nobody has is not asked for again; null: nothing yet. */
  pull: 'underWay' | 'done' | 'failed' | null
  /** How far the pull is, until it is told to the log. */
  progress: { readonly image: string; readonly doneBytes: number; readonly totalBytes: number } | null
  pullReports: number
  /** Of the current attempt; null: it is not checked. */
  health: Health | null
  unhealthyWhy: string | null
  check: Check
  /** What the last probe found, until that is dealt with. */
  probed: Probed | DriverError | null
  /** Why it, or a hook of it, could not be started, until that is dealt with. */
  trouble: { readonly error: DriverError; readonly hook: string | null } | null
  /** What is known of the hooks of the current attempt, by name; where a crash has taken that, their containers tell. */
  hooks: ReadonlyMap<string, HookRun>
  /** How the current attempt has ended, while `exited`; null: as the log has it. */
  ending: Ending | null
}

/** Of nearly all there are none. */
export const NO_HOOKS: ReadonlyMap<string, HookRun> = new Map()

export interface HookRun {
  /** Monotonic milliseconds. */
  readonly startedAt: number
  /** Whether it was stopped since it took too long. */
  isLate: boolean
  readonly isOver: boolean
}

export interface Ending {
  readonly exit: Exit
  readonly ranMs: number
}

/**
 * `idle`: no container yet, start when due; `running` and `exited`: told to the log, which waits for our verdict on the
 * latter; `over`: the last fact of the assignment was told, the log's fold will end it.
 */
export type Phase = 'idle' | 'running' | 'exited' | 'over'

/** A container as it was last seen or left. */
export interface Held {
  readonly ref: AttemptRef
  readonly driver: DriverName
  id: string
  state: 'created' | 'running' | 'exited'
  exit: Exit | null
  ports: readonly PublishedPort[]
  /** What its engine says by the image's own check; null: it has none. */
  health: EngineHealth | null
  /** What is being done to it; nothing else is begun meanwhile. */
  busy: 'run' | 'stop' | 'remove' | null
  /** The engine would not stop or remove it; tried again after the next listing. */
  stuck: boolean
  generation: number
}

/** What a worker knows before the first event, or with what it starts from: nothing of its engines. */
export const initialView = (
  name: string,
  drivers: readonly DriverName[],
  cluster: Cluster = emptyCluster(),
): WorkerView => ({
  name,
  cluster,
  registration: null,
  registered: false,
  successor: null,
  identities: {},
  capacity: null,
  devices: {},
  assignments: new Map(),
  containers: new Map(),
  engines: new Map(
    drivers.map((driver) => [driver, { state: 'unknown', doubtedAt: 0, silentSince: null, silenceTold: false }]),
  ),
  touched: new Set(),
  probes: { underWay: new Set(), waiting: new Set() },
  alarms: new Heap((a, b) => a.at < b.at),
  contactAt: Number.POSITIVE_INFINITY,
  scarce: false,
  caughtUp: false,
  untold: new Set(),
  generation: 0,
  dropped: new Map(),
})

/** Whether all is folded that earlier lives of this worker told of an instance. */
export const isCaughtUp = (view: WorkerView, id: string): boolean => view.caughtUp && !view.untold.has(id)

/** What an instance has here, of whatever placement. */
export const assignmentsOf = (view: WorkerView, id: string): readonly Assignment[] => view.assignments.get(id) ?? NONE

/** The assignment of a placement, as which it is known by its sequence. */
export const assignmentAt = (view: WorkerView, id: string, placement: number): Assignment | undefined =>
  view.assignments.get(id)?.find(({ placedSeq }) => placedSeq === placement)

/** The assignment whose placement a container is of. */
export const assignmentOf = (view: WorkerView, ref: AttemptRef): Assignment | undefined =>
  assignmentAt(view, instanceId(ref), ref.placement)

/** Another placement of an instance here, or the same anew. */
export const addAssignment = (view: WorkerView, assignment: Assignment): void => {
  const { id, placedSeq } = assignment
  const all = assignmentsOf(view, id)
  const known = assignmentAt(view, id, placedSeq)
  const next = known === undefined ? [...all, assignment] : all.map((one) => (one === known ? assignment : one))
  view.assignments.set(id, next)
}

/** The log has ended the assignment. */
export const forget = (view: WorkerView, { id, placedSeq }: Assignment): void => {
  const others = assignmentsOf(view, id).filter((other) => other.placedSeq !== placedSeq)
  if (others.length > 0) view.assignments.set(id, others)
  else view.assignments.delete(id)
}

/** The containers of an instance, of whatever placement. */
export const containersOf = (view: WorkerView, id: string): readonly Held[] => view.containers.get(id) ?? NONE

/** The log has come to its reserve, or has room again. */
export const setScarce = (view: WorkerView, scarce: boolean): void => {
  if (view.scarce === scarce) return
  view.scarce = scarce
  touchAll(view)
}

/** Looks at everything that this worker was given again. */
export const touchAll = (view: WorkerView): void => {
  for (const id of view.assignments.keys()) view.touched.add(id)
}

/** The container of an attempt, if there is one. */
export const heldOf = (view: WorkerView, ref: AttemptRef): Held | undefined => heldAs(view, instanceId(ref), ref)

/** The same of the instance of that id. */
const heldAs = (view: WorkerView, id: string, ref: AttemptRef): Held | undefined =>
  view.containers.get(id)?.find((held) => isOf(held, ref))

/** Whether it is that attempt's own, or the same hook's. A placement is of one instance alone. */
export const isOf = ({ ref }: Held, { placement, attempt, hook }: AttemptRef): boolean =>
  ref.placement === placement && ref.attempt === attempt && ref.hook === hook

/** The same for the same attempt of the same placement, and for the same hook of it. */
export const keyOf = (ref: AttemptRef): string =>
  `${instanceId(ref)}/${ref.placement}/${ref.attempt}${ref.hook === undefined ? '' : `/${ref.hook}`}`

/** Notes a container that is there, or is about to be. */
export const hold = (view: WorkerView, held: Omit<Held, 'generation' | 'stuck'>): Held => {
  const id = instanceId(held.ref)
  view.generation += 1
  const stored: Held = { ...held, stuck: false, generation: view.generation }
  view.containers.set(id, [...containersOf(view, id), stored])
  view.touched.add(id)
  return stored
}

/** Notes that a container is gone, also for listings that began while it was there. */
export const drop = (view: WorkerView, held: Held): void => {
  const { ref, driver } = held
  const id = instanceId(ref)
  const others = containersOf(view, id).filter((other) => other !== held)
  view.generation += 1
  view.dropped.set(keyOf(ref), { driver, generation: view.generation })
  if (others.length > 0) view.containers.set(id, others)
  else view.containers.delete(id)
  view.touched.add(id)
}

/** Whether a container is that of an assignment which the log has beside this one. */
export const isOfAnother = (view: WorkerView, assignment: Assignment, { ref }: Held): boolean => {
  const owner = assignmentOf(view, ref)
  return owner !== undefined && owner !== assignment && owner.wanted !== 'gone'
}

/** The attempt that an assignment is at, as engines name it. */
export const refOf = (assignment: Assignment): AttemptRef => ({
  job: assignment.logged.task.job.name,
  task: assignment.logged.task.name,
  index: assignment.logged.index,
  attempt: assignment.attempt,
  placement: assignment.placedSeq,
})

/** The container of an assignment's attempt itself, if it has one. */
export const currentOf = (view: WorkerView, assignment: Assignment): Held | undefined =>
  heldAs(view, assignment.id, refOf(assignment))

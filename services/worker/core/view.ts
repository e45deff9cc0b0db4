import { type Cluster, emptyCluster } from '#libs/cluster'
import type { AttemptRef, EngineHealth, Exit, PublishedPort } from '#libs/drivers'
import { Heap, instanceId, NONE, type Resources } from '#libs/kernel'
import type { DriverName } from '#libs/spec'
import type { Assignment } from './assignment'

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

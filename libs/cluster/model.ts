import type { Move, Role } from '#libs/events'
import type { Resources } from '#libs/kernel'
import {
  DEFAULT_POLICY,
  type DriverName,
  type JobKind,
  type JobSpec,
  type PlacementPolicy,
  type TaskSpec,
} from '#libs/spec'
import type { Health, InstanceState } from './lifecycle'
import type { Series } from './series'

/**
 * The cluster as the log tells it: what every service folds alike. It is changed in place, for speed, and only by
 * `evolve`; everyone else reads.
 */
export interface Cluster {
  /** Sequence of the last entry folded. */
  seq: number
  /**
   * Every job that ever was and was not purged, and every worker: whoever writes about one has to know its last sequence.
   * They grow with names, never with submits, runs or attempts: those of each are bounded.
   */
  readonly jobs: Map<string, Job>
  /** Last versions of the jobs that were purged: the next of that name goes on from there, so that each is told from all. */
  readonly purged: Map<string, number>
  readonly workers: Map<string, Worker>
  /** Placed on workers that were not seen to join: all of them for who folds only one job's part of the log. */
  readonly unhosted: Set<Attempt>
  readonly leaders: Readonly<Record<LedRole, Leader>>
  readonly scheduling: Scheduling
  /** Services that registered, by `role/name`; the latest `MAX_SERVICES`, since containers may take a new name each time. */
  readonly services: Map<string, ServiceInfo>
  /**
   * Aggregates that hold events which cannot be read, by the path of their filter; most take no decisions (`isFrozen`).
   * One small entry each, until an operator lifts it: never more than the servers keep subjects.
   */
  readonly quarantined: Map<string, Quarantined>
  /**
   * Last sequences of aggregates of which the fold knows nothing else, by the path of their filter: an event about an
   * instance that is not there yet still counts for the expectation of who writes there first. A number for each, and
   * fewer of them than the servers keep subjects.
   */
  readonly strays: Map<string, number>
  /** Moves that a user asked for, until each has begun or come to nothing; null: none. */
  rebalance: Rebalance | null
  /** Steps that the fold ignored: from an old epoch, or not in the lifecycle. */
  readonly ignored: { stale: number; illegal: number }
}

/** The roles that act alone, under a lease. */
export type LedRole = Exclude<Role, 'worker'>

export interface Leader {
  /** Empty before the first election. */
  holder: string
  epoch: number
  /** Last sequence of the role's control aggregate. */
  seq: number
}

/** How instances are placed. */
export interface Scheduling {
  /** Where a job names none. */
  policy: PlacementPolicy
  /** Of the lot by which equally good workers are told apart; null: by name. */
  seed: number | null
  /** Whether what has a higher priority may take the place of what runs. */
  preemption: boolean
  /** How many placements there were, ever: whose turn it is follows from it. */
  placements: number
}

export interface Rebalance {
  /** Sequence of the RebalanceRequested. */
  readonly seq: number
  readonly moves: readonly Move[]
}

export interface ServiceInfo {
  readonly role: Role
  readonly name: string
  readonly version: string
  readonly seq: number
}

export interface Quarantined {
  /** Sequences of the first and the last event that cannot be read, and how many there are. */
  readonly seq: number
  last: number
  count: number
  /** What is wrong with the first. */
  readonly reason: string
  /** When the manager put it on record, milliseconds since 1970; null until it does. */
  since: number | null
}

/** `purged`: no longer in the cluster; only who still holds it sees that. */
export type JobState = 'running' | 'stopping' | 'stopped' | 'completed' | 'failed' | 'purged'

export interface Job {
  readonly name: string
  kind: JobKind
  state: JobState
  version: number
  /** Whether it is to be forgotten once nothing of it is left. */
  purge: boolean
  spec: JobSpec
  /** How its instances fare on their way to this version; null while nothing was to be replaced for it. */
  update: Update | null
  /** What a failed update goes back to: the last version that was not on its way, or failed, when the next one came. */
  stable: Stable | null
  /** Of a system job: the worker of each index, and whether it is to run there. One for each worker that it ever ran on. */
  readonly targets: Target[]
  /** The version for which those were last decided on. */
  targeted: number
  /** Of a cron job: its runs; null: it is of another kind. */
  cron: CronState | null
  /** Last sequence of the job's aggregate. */
  seq: number
  /**
   * When and by whom versions were submitted, oldest first: the very first, from which on the log is about this job, and
   * the latest, in all at most `MAX_SUBMISSIONS`. `ork events --job` has those between.
   */
  readonly history: Submission[]
  readonly tasks: Map<string, Task>
}

export type UpdateState = 'running' | 'paused' | 'succeeded' | 'failed'

export interface Update {
  readonly state: UpdateState
  /** Whether the instances beyond the canaries may follow. */
  readonly promoted: boolean
  /** Whether it replaces containers by others of the same version, which was good: there is nothing to go back to. */
  readonly restart: boolean
  /** When it came into this state; milliseconds since 1970. */
  readonly since: number
  /** Why it is paused or has failed. */
  readonly reason: string | null
}

export interface Stable {
  readonly version: number
  readonly spec: JobSpec
}

export interface CronState {
  /** Up to when the times of its schedule were decided on; milliseconds since 1970. */
  through: number
  /** All that are under way, and the latest that have ended, oldest first. */
  readonly runs: CronRun[]
  /** The last times for which none began, and why. */
  skipped: { readonly scheduledAt: number; readonly reason: string } | null
}

export type RunState = 'running' | 'completed' | 'failed' | 'stopped' | 'replaced'

export interface CronRun {
  readonly id: string
  /** Which of the job's instances are its own. */
  readonly slot: number
  /** Sequence of its CronFired, and the job version of then. */
  readonly seq: number
  readonly version: number
  /** When it was due; null: somebody asked for it. Milliseconds since 1970, as all times here. */
  readonly scheduledAt: number | null
  readonly firedAt: number
  readonly params: Readonly<Record<string, string>>
  readonly actor: string | null
  /** Why it was asked for. */
  readonly asked: string | null
  state: RunState
  endedAt: number | null
  /** How many of its instances have not succeeded, once it has ended. */
  failed: number
  /** Why it ended before all of them had. */
  reason: string | null
}

export interface Target {
  readonly worker: string
  readonly wanted: boolean
}

export interface Submission {
  readonly version: number
  readonly seq: number
  /** Milliseconds since 1970. */
  readonly time: number
  readonly actor: string | null
}

export interface Task {
  readonly job: Job
  readonly name: string
  /** As of the job's current version; of the last one that had it when `replicas` is 0 because it was removed. */
  spec: TaskSpec
  /** How many instances are wanted; of a cron job: by each run. */
  replicas: number
  /**
   * The job version that first asked for what the task's containers now are, of those that any instance still has:
   * instances that were placed with another one are outdated.
   */
  templateVersion: number
  /** By index; longer than `replicas` while those beyond it end. */
  readonly instances: Series<Instance>
  /** How many placed instances run another template. */
  outdated: number
  /** How many instances have an attempt that retires; it is in no other count. */
  retiring: number
  /** How many instances run, and are not known to be healthy though they are checked. */
  unready: number
  /** Whether workers have turned instances down since it was last found that none is kept from any. */
  turnedDown: boolean
  readonly counts: Record<InstanceState, number>
}

/** One run of an instance, as placed: where it is and what has become of it. */
export interface Attempt {
  readonly task: Task
  readonly index: number
  state: InstanceState
  /** Its number among the attempts of its instance; 0 before the first. */
  attempt: number
  /** Where it is, or was, placed. */
  worker: string | null
  /** The job version, and its template, of this attempt. */
  version: number
  /** The `Task.templateVersion` it was placed with; `TO_RESTART` once it is to be replaced whatever that is. */
  templateVersion: number
  spec: TaskSpec
  /** Sequence of the TaskScheduled that placed it; 0 before the first. */
  placedSeq: number
  /** How long its worker must be silent before it is given up: as of its placement, so that both know the same. */
  lostAfterMs: number
  /** Ports of the machine that were chosen for it when it was placed, of the ranges its task names. */
  chosenPorts: readonly Port[]
  /** When it came into this state; milliseconds since 1970. */
  since: number
  /** When its container started, else 0. */
  startedAt: number
  /** As its worker last told, also of the container that has ended since; null: it is not checked. */
  health: Health | null
  /** Restarts in a row without a long enough run between them. */
  restarts: number
  /** Not before this time may it start; milliseconds since 1970, 0 for at once. */
  notBefore: number
  container: string | null
  ports: readonly Port[]
  exit: ExitInfo | null
  /** Why it is in this state, for people. */
  reason: string | null
}

/** One replica of a task. What it has of an attempt is its current one, or the last. */
export interface Instance extends Attempt {
  /** The attempt that goes on until its successor, the current one, is healthy: `running`, or `stopping` once it is. */
  retiring: Attempt | null
  /** Of a cron job: the run that has it, or had it last. */
  run: string | null
  /** The worker that its next attempt tries first; null: the policy chooses. */
  aim: string | null
  /** The worker where others were preempted to make room for it, until it has a place; null: none. */
  awaits: string | null
  /** Last sequence of the instance's aggregate, whatever the fold made of it; 0 before the first. */
  seq: number
  /** How often in a row it was placed anew after it had failed where it was. */
  reschedules: number
  /** The workers where that was, latest last: another one is taken if it fits. At most `MAX_AVOIDED`. */
  avoids: readonly string[]
  /** Workers that turned this version down, and were not started anew since; a restart that is asked for forgets them. */
  rejectedBy: readonly string[]
  /** Sequences of its latest events, oldest first: history is read one by one, never by wildcard. */
  recent: number[]
}

export interface Port {
  readonly name: string
  readonly hostPort: number
}

export interface ExitInfo {
  /** Null: the container went and left no word. */
  readonly exitCode: number | null
  readonly signal: string | null
  readonly oomKilled: boolean
}

/**
 * `ready` takes instances. The others keep what they have until it is given up, instance by instance: `suspected` and
 * `lost` are silent, `left` stopped in order, `forgotten` was given up by hand.
 */
export type WorkerState = 'ready' | 'suspected' | 'left' | 'lost' | 'forgotten'

/** Whether a worker takes instances: `draining` until what it has is gone, `drained` from then on. */
export type Intake = 'open' | 'cordoned' | 'draining' | 'drained'

export interface Worker {
  readonly name: string
  state: WorkerState
  intake: Intake
  /** How long its drain may take; null for as long as it takes, and while it is not drained. */
  drainDeadlineMs: number | null
  /** What it promises in all. */
  capacity: Resources
  /** How many percent of what its machine has that is, by resource; without a number: 100. */
  overcommit: Readonly<Record<string, number>>
  /** Sum of what its placed instances ask for. */
  reserved: Resources
  /** Its own with those that were given by hand, which come first. */
  labels: Readonly<Record<string, string>>
  /** As it registered with. */
  ownLabels: Readonly<Record<string, string>>
  /** As users gave them since; null: taken away. */
  givenLabels: Readonly<Record<string, string | null>>
  /** Its machine's `os`, `arch` and `kernel`, as far as it told them. */
  platform: Readonly<Record<string, string>>
  drivers: readonly DriverName[]
  version: string
  host: string
  /** Drivers whose engine does not answer: nothing new is placed there. */
  silentDrivers: readonly DriverName[]
  /** Where the host ports of its containers are taken; none: nobody else's are taken there. See `machinesOf`. */
  portSpaces: readonly string[]
  /** Last sequence of the worker's aggregate. */
  seq: number
  since: number
  /** What is placed here: two attempts of one instance, while one retires. */
  readonly instances: Set<Attempt>
  /** Host ports that are given away, as `port/protocol`: those that jobs fix, and those chosen of ranges. */
  readonly hostPorts: Set<string>
  /** How many devices of each kind it has, and has promised. */
  devices: Readonly<Record<string, number>>
  readonly reservedDevices: Map<string, number>
  /** Named volumes that are here, or will be once the first that asked for it starts. */
  readonly volumes: Map<string, Volume>
}

export interface Volume {
  /** Whether a container was started with it: from then on it stays. */
  made: boolean
  /** How many that are placed here have it. */
  users: number
}

/** No version: of an attempt that somebody asked to restart. */
export const TO_RESTART = 0

/** How many submissions `Job.history` keeps. */
export const MAX_SUBMISSIONS = 100

/** How many services the fold remembers; who is not among them registers anew. */
export const MAX_SERVICES = 1_000

/** How many workers `Instance.avoids` keeps. */
export const MAX_AVOIDED = 16

/** How many sequences `Instance.recent` keeps. */
export const RECENT_EVENTS = 32

/** The cluster before the first event. */
export const emptyCluster = (): Cluster => ({
  seq: 0,
  jobs: new Map(),
  purged: new Map(),
  workers: new Map(),
  unhosted: new Set(),
  leaders: { manager: { holder: '', epoch: 0, seq: 0 }, scheduler: { holder: '', epoch: 0, seq: 0 } },
  scheduling: { policy: DEFAULT_POLICY, seed: null, preemption: false, placements: 0 },
  services: new Map(),
  quarantined: new Map(),
  strays: new Map(),
  rebalance: null,
  ignored: { stale: 0, illegal: 0 },
})

/** Told of everything that an event changed, so that work per event does not grow with the cluster. */
export interface Changes {
  job(job: Job): void
  instance(instance: Instance): void
  worker(worker: Worker): void
}

/** For who only wants the fold. */
export const ignoreChanges: Changes = { job() {}, instance() {}, worker() {} }

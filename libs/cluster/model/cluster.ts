import type { Move, Role } from '#libs/events'
import { DEFAULT_POLICY, type PlacementPolicy } from '#libs/spec'
import type { Attempt, Job } from './job'
import type { Worker } from './worker'

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

/** How many services the fold remembers; who is not among them registers anew. */
export const MAX_SERVICES = 1_000

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

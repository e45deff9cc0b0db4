import * as t from 'io-ts'

/** Where a job's instances go, of the workers that fit. Never written out where it says nothing. */
export interface PlacementSpec {
  /** The cluster's when absent. */
  readonly policy?: PlacementPolicy
  /** Whether all tasks of one replica share a worker; never written out where they need not. */
  readonly colocate?: boolean
}

/** How a worker is chosen among those that fit. */
export const PlacementPolicyCodec = t.keyof(
  {
    spread: null,
    binpack: null,
    epvm: null,
    'epvm-reserve': null,
    'least-loaded': null,
    'round-robin': null,
    'random-of-k': null,
  },
  'PlacementPolicy',
)
export type PlacementPolicy = t.TypeOf<typeof PlacementPolicyCodec>
export const PLACEMENT_POLICIES = Object.keys(PlacementPolicyCodec.keys) as readonly PlacementPolicy[]

/** Where neither the job nor the cluster says otherwise. */
export const DEFAULT_POLICY: PlacementPolicy = 'spread'

/** How a constraint compares what a worker has with its value. */
export type Operator = '=' | '!=' | '>=' | 'in' | 'contains' | 'regexp'

/**
 * Something that must hold of a worker. `attribute` is `label.KEY`, or one of `worker`, `host`, `driver`, `os`, `arch`,
 * `kernel`; `value` of `in` and `contains` is a list with commas.
 */
export interface Constraint {
  readonly attribute: string
  readonly operator: Operator
  readonly value: string
}

/** Something that should hold of a worker; `weight` of 1 to 100, or of -100 to -1 where it should not. */
export interface Affinity extends Constraint {
  readonly weight: number
}

/** Instances are to be spread over what workers have of an attribute. */
export interface SpreadRule {
  readonly attribute: string
  /** 1 to 100, beside those of affinities. */
  readonly weight: number
  /** Percent of the instances by value, 100 in all at most; what is left is for all other values. Absent: evenly. */
  readonly targets?: Readonly<Record<string, number>>
}

/** Where neither an affinity nor a spread says how much it counts. */
export const DEFAULT_WEIGHT = 50

/** Where the instances of a task may go, and where rather than elsewhere. */
export interface PlacementRules {
  readonly constraints?: readonly Constraint[]
  readonly affinities?: readonly Affinity[]
  readonly spread?: readonly SpreadRule[]
  /** Whether no two instances of the task share a worker; never written out where they may. */
  readonly distinctWorkers?: boolean
}

import * as t from 'io-ts'

/** Where a job's instances go, of the workers that fit. */
export interface PlacementSpec {
  readonly policy: PlacementPolicy
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

/** Where the instances of a task may go. */
export interface PlacementRules {
  readonly constraints?: readonly Constraint[]
}

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

import * as t from 'io-ts'
import type { Resources } from '#libs/kernel'

/**
 * A job as the log keeps it: every default filled in, every unit fixed by the field's name, so that two files that
 * mean the same are equal here. `parseJobFile` makes one from what a user wrote.
 */
export interface JobSpec {
  readonly name: string
  readonly kind: JobKind
  /** 0 to 100; absent: `DEFAULT_PRIORITY`. */
  readonly priority?: number
  readonly placement?: PlacementSpec
  /** How long a worker must be silent before its instances are given up; `DEFAULT_LOST_AFTER_MS` when absent. */
  readonly lostAfterMs?: number
  readonly tasks: readonly TaskSpec[]
}

/** `service` runs until stopped; `batch` runs each instance until it has succeeded. */
export type JobKind = 'service' | 'batch'

export interface TaskSpec {
  readonly name: string
  readonly driver: DriverName
  /** Tag or digest; required by the docker driver. */
  readonly image?: string
  /** Replaces the image's entrypoint. */
  readonly command?: readonly string[]
  /** Replaces the image's default arguments. */
  readonly args?: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly replicas: number
  readonly resources: Resources
  readonly ports: readonly PortSpec[]
  readonly restart: RestartSpec
  readonly stop: StopSpec
  /** What becomes of an instance whose worker is cut off; `replace` when absent, and never written out. */
  readonly onDisconnect?: OnDisconnect
  /** How a new version comes about; `updateOf` says what holds where this is absent. */
  readonly update?: UpdateSpec
}

/**
 * `replace`: after `lostAfterMs` another takes its place. `wait`: it stays its worker's until that is back, or is given
 * up by hand. `stop`: its worker stops it by itself before another takes its place, so that it never runs twice.
 */
export type OnDisconnect = 'replace' | 'wait' | 'stop'

/** Never written out in a job, so that a job of an earlier version of ork is still the same one. */
export const DEFAULT_LOST_AFTER_MS = 15_000

/** The engines that can run a container. */
export const DriverNameCodec = t.keyof({ docker: null, process: null, simulated: null }, 'DriverName')
export type DriverName = t.TypeOf<typeof DriverNameCodec>

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

export const DEFAULT_PRIORITY = 50

/** A port the task listens on; `hostPort` 0 lets the engine choose a free one. */
export interface PortSpec {
  readonly name: string
  readonly port: number
  readonly hostPort: number
  readonly protocol: 'tcp' | 'udp'
}

/**
 * What the worker does when a container ends by itself. `attempts` counts restarts in a row (null: no bound); the
 * count starts again once a container has run for `resetAfterMs`. The n-th restart waits
 * `min(delayMs * backoff^(n-1), maxDelayMs)`.
 */
export interface RestartSpec {
  readonly policy: 'always' | 'on-failure' | 'never'
  readonly attempts: number | null
  readonly delayMs: number
  readonly backoff: number
  readonly maxDelayMs: number
  readonly resetAfterMs: number
}

/** How a container is asked to end: the signal, then after the grace SIGKILL. */
export interface StopSpec {
  readonly signal: string
  readonly graceMs: number
}

/**
 * How the instances of a task come from one version to the next. An instance of the new version counts as healthy when it
 * has been up for `minHealthyMs` without a break.
 */
export interface UpdateSpec {
  /** `stop-first` ends the old one, then starts the new; `start-first` ends the old one once the new one is healthy. */
  readonly order: 'stop-first' | 'start-first'
  /** How many instances are replaced at a time: never are more than so many down (`stop-first`) because of the update. */
  readonly maxParallel: number
  readonly minHealthyMs: number
  /** From being placed to being healthy; longer is a failure of the update. */
  readonly healthyDeadlineMs: number
  /** Without any instance becoming healthy for so long the update has failed. */
  readonly progressDeadlineMs: number
  /** Whether a failed update goes back to the last version that was good. */
  readonly autoRevert: boolean
  /** So many instances are replaced first; the others wait for `ork promote`. 0: none. */
  readonly canary: number
  /** Whether healthy canaries are enough for the others to follow. */
  readonly autoPromote: boolean
}

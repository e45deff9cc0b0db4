import type { Resources } from '#libs/kernel'
import type { ContainerSettings } from './container'
import type { Dependencies } from './dependency'
import type { DriverName } from './driver'
import type { HealthSpec } from './health'
import type { HookSpec } from './hook'
import type { PlacementRules } from './placement'
import type { RescheduleSpec, RestartSpec, StopSpec } from './policies'
import type { PortSpec } from './port'
import type { UpdateSpec } from './update'

export interface TaskSpec extends ContainerSettings, PlacementRules {
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
  /** Of a batch job: how many instances may be under way at once; absent: all. */
  readonly parallelism?: number
  /** What must have happened to other tasks before an instance is placed. */
  readonly dependsOn?: Dependencies
  /** Run one after the other before each start of the container; one that fails, fails the attempt. */
  readonly prestart?: readonly HookSpec[]
  /** Run one after the other once the container has ended; what they come to changes nothing. */
  readonly poststop?: readonly HookSpec[]
  readonly resources: TaskResources
  readonly ports: readonly PortSpec[]
  readonly restart: RestartSpec
  /** What happens once that is exhausted; `rescheduleOf` says what holds where this is absent. */
  readonly reschedule?: RescheduleSpec
  /** Absent: as the image itself says. */
  readonly health?: HealthSpec
  readonly stop: StopSpec
  /** What becomes of an instance whose worker is cut off; `replace` when absent, and never written out. */
  readonly onDisconnect?: OnDisconnect
  /** How a new version comes about; `updateOf` says what holds where this is absent. */
  readonly update?: UpdateSpec
}

/** What an instance is promised, and where it may take more. */
export interface TaskResources extends Resources {
  /** Its limit where that is beyond `memoryBytes`, which is what is kept free for it; else that is the limit, too. */
  readonly memoryLimitBytes?: number
  /** How many of the worker's devices, by their names. */
  readonly devices?: Readonly<Record<string, number>>
}

/**
 * `replace`: after `lostAfterMs` another takes its place. `wait`: it stays its worker's until that is back, or is given
 * up by hand. `stop`: its worker stops it by itself before another takes its place, so that it never runs twice.
 */
export type OnDisconnect = 'replace' | 'wait' | 'stop'

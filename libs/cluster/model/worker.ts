import type { Resources } from '#libs/kernel'
import type { DriverName } from '#libs/spec'
import type { Attempt } from './job'

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

import type { Cluster } from '#libs/cluster'
import type { Driver } from '#libs/drivers'
import type { Resources } from '#libs/kernel'
import type { Connection } from '#libs/log'
import type { Logger, Machine } from '#libs/runtime'
import type { Provisions } from './container'
import type { Journal } from './journal'
import { portSpacesOf } from './network'

/** What a worker is made of. */
export interface WorkerOptions {
  readonly connection: Connection
  readonly name: string
  readonly version: string
  readonly host: string
  readonly labels: Readonly<Record<string, string>>
  /** The machine's `os`, `arch` and `kernel`; absent: not told. */
  readonly platform?: Readonly<Record<string, string>>
  /** What tells the machine's network, where the host ports of containers are taken, from every other one; absent: its own. */
  readonly network?: string | undefined
  readonly drivers: readonly Driver[]
  readonly capacity: Resources
  /** How many percent of what its machine has that is, by resource; absent: 100. */
  readonly overcommit?: Readonly<Partial<Resources>>
  /** How many devices of each kind it has to give; absent: none. */
  readonly devices?: Readonly<Record<string, number>>
  /** Measures the machine; called in the background before each heartbeat. */
  readonly measureUse: () => Promise<Resources>
  /** Bytes that are free where the worker keeps what it keeps; absent: no matter. */
  readonly measureFree?: () => Promise<number>
  readonly logger: Logger
  readonly heartbeatEveryMs?: number
  /** Where facts wait that the log does not have yet; absent: nowhere but in memory. */
  readonly journal?: Journal
  /** This worker's part of the cluster, to begin with instead of the log's first event. */
  readonly cluster?: Cluster
  /** What it gives to containers beyond what their jobs bring; absent: nothing. */
  readonly provisions?: Provisions
  readonly machine?: Machine
}

/** What a worker says of itself when it joins, with the engines that its drivers have found, by the drivers' names. */
export const registrationOf = (options: WorkerOptions, engines: Readonly<Record<string, string>>) => {
  const { name, version, host, labels, platform = {}, capacity, overcommit = {}, devices = {} } = options
  const drivers = [...new Set(options.drivers.map((driver) => driver.name))]
  return {
    type: 'WorkerRegistered',
    data: {
      worker: name,
      capacity,
      overcommit: { ...overcommit },
      portSpaces: portSpacesOf(options.network, engines),
      devices,
      labels,
      platform,
      drivers,
      engines,
      version,
      host,
    },
  } as const
}

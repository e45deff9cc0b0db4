import { mkdir } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { keepOwnPart } from '#libs/cluster'
import type { Driver } from '#libs/drivers'
import { NO_RESOURCES, type ResourceName, type Resources } from '#libs/kernel'
import type { Connection } from '#libs/log'
import { type Logger, orkVersion, theMachine } from '#libs/runtime'
import { newestSnapshot } from '#libs/snapshots'
import { DEFAULT_RESERVE, measureCapacity, measureFree, measureUse } from './shell/capacity'
import { folderSecrets, type HostAccess, NO_ACCESS, noSecrets } from './shell/container'
import { DiskJournal } from './shell/journal/diskJournal'
import { ownNetwork } from './shell/network'
import { platformOf } from './shell/platform'
import { Worker } from './shell/worker'

export interface StartWorkerOptions {
  readonly connection: Connection
  readonly name: string
  readonly logger: Logger
  readonly drivers: readonly Driver[]
  readonly labels?: Readonly<Record<string, string>>
  readonly reserve?: Resources
  /** How many percent of the rest it promises, by resource; absent: 100. */
  readonly overcommit?: Readonly<Partial<Resources>>
  /** How many devices of each kind it has to give. */
  readonly devices?: Readonly<Record<string, number>>
  /** Share of the machine that this worker may promise, for several on one machine; 1 is all. */
  readonly share?: number
  /** What of the machine jobs may ask for; absent: nothing. */
  readonly access?: HostAccess
  /** Folder with a file for each secret; absent: there are none. */
  readonly secrets?: string
  /** Where the worker keeps what it keeps, made if missing; its file system's size is the disk it offers. */
  readonly dir: string
}

/** Starts a worker from the newest snapshot; resolves when it has caught up with the log and adopted what runs. */
export const startWorker = async (options: StartWorkerOptions): Promise<Worker> => {
  await mkdir(options.dir, { recursive: true, mode: 0o700 })
  const whole = await measureCapacity(options.dir, options.reserve ?? DEFAULT_RESERVE)
  const { connection, logger, name, share = 1, overcommit = {} } = options
  const promised = (key: ResourceName): number => Math.floor((whole[key] * share * (overcommit[key] ?? 100)) / 100)
  const { cluster } = await newestSnapshot(connection, (error) => logger.warn({ error }, 'a snapshot is passed over'))
  if (cluster.seq > 0) logger.info({ seq: cluster.seq }, 'starting from a snapshot')
  keepOwnPart(cluster, name)
  const worker = new Worker({
    connection,
    name,
    version: orkVersion(),
    host: hostname(),
    labels: options.labels ?? {},
    platform: platformOf(),
    network: await ownNetwork(),
    drivers: options.drivers,
    capacity: {
      cpuMilli: promised('cpuMilli'),
      memoryBytes: promised('memoryBytes'),
      diskBytes: promised('diskBytes'),
    },
    overcommit,
    devices: options.devices ?? {},
    measureUse: () => measureUse(options.dir, share),
    measureFree: () => measureFree(options.dir),
    journal: new DiskJournal({
      dir: join(options.dir, 'journal'),
      cluster: connection.log.cluster,
      worker: name,
      logger,
      machine: theMachine,
    }),
    provisions: {
      access: options.access ?? NO_ACCESS,
      secrets: options.secrets === undefined ? noSecrets : folderSecrets(options.secrets),
      dir: join(options.dir, 'secrets', connection.log.cluster, name),
    },
    logger,
    cluster,
  })
  await worker.start()
  return worker
}

export interface StartSimulatedWorkerOptions
  extends Pick<StartWorkerOptions, 'connection' | 'name' | 'logger' | 'drivers'> {
  readonly capacity: Resources
}

/**
 * Starts a worker without a machine of its own: it has what it is said to have, uses nothing, and keeps nothing on disk.
 * Thousands of them fit into one process. Resolves when it has caught up with the log.
 */
export const startSimulatedWorker = async (options: StartSimulatedWorkerOptions): Promise<Worker> => {
  const worker = new Worker({
    ...options,
    version: orkVersion(),
    host: options.name,
    labels: {},
    measureUse: async () => NO_RESOURCES,
  })
  await worker.start()
  return worker
}

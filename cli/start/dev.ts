import type { Driver } from '#libs/drivers'
import { type OrkError, OrkFailure, orThrow } from '#libs/kernel'
import { type Connection, connect } from '#libs/log'
import { startManager } from '#services/manager'
import { startScheduler } from '#services/scheduler'
import { startWorker } from '#services/worker'
import { devLogger } from './devLog'
import { type DevServers, type DevServersOptions, startDevServers } from './devServers'
import { makeFolder } from './folder'
import type { WorkerProvisions } from './provisions'
import type { Stoppable } from './service'

/** `dataDir` holds the log, and what the process driver runs; `report` is told of each step, for a person to read. */
export interface DevOptions extends DevServersOptions {
  readonly prefix: string
  readonly workers: number
  /** One set for each worker: a driver keeps what one worker runs. */
  readonly drivers: (worker: string) => readonly Driver[]
  readonly provisions?: WorkerProvisions
}

/** A whole cluster in this process, but for the nats-servers, which are its children. */
export interface DevCluster {
  readonly servers: DevServers
  /** For whoever wants to talk to the cluster from within. */
  readonly connection: Connection
  readonly workers: readonly string[]
  /** Resolves, if ever, when another process has taken the name of one of the workers. */
  readonly ended: Promise<OrkError>
  /** Ends everything in order, last started first; containers go on, for the next start to adopt. */
  stop(): Promise<void>
}

/** The servers are up; three that a busy machine has just started may need long to agree on who leads a stream. */
const LOG_MS = 60_000

/** Brings up the nats-servers, manager, scheduler and workers; resolves when all have caught up with the log. */
export const startDevCluster = async (options: DevOptions): Promise<DevCluster> => {
  const { dataDir, report, prefix } = options
  makeFolder(dataDir)
  const servers = await startDevServers(options)
  const started: Stoppable[] = [servers]
  const stop = async (): Promise<void> => {
    for (const part of started.splice(0).reverse()) await part.stop()
  }
  try {
    const open = async (name: string): Promise<Connection> => {
      const connection = orThrow(
        await connect({
          servers: servers.url,
          name,
          prefix,
          sync: options.relaxed ? 'relaxed' : 'always',
          replicas: servers.count,
          waitMs: LOG_MS,
        }),
      )
      started.push({ stop: () => connection.close() })
      return connection
    }
    const ends: Promise<OrkError>[] = []
    const workers = Array.from({ length: options.workers }, (_, index) => `w${index + 1}`)
    const add = (service: Stoppable & Pick<DevCluster, 'ended'>): void => {
      started.push(service)
      ends.push(service.ended)
    }
    add(await startManager({ connection: await open('manager/m1'), name: 'm1', logger: devLogger('m1') }))
    add(await startScheduler({ connection: await open('scheduler/s1'), name: 's1', logger: devLogger('s1') }))
    for (const name of workers) {
      const connection = await open(`worker/${name}`)
      const drivers = options.drivers(name)
      const share = 1 / options.workers
      const dir = dataDir
      add(await startWorker({ ...options.provisions, connection, name, drivers, dir, share, logger: devLogger(name) }))
    }
    report(
      `manager m1, scheduler s1 and ${workers.length === 1 ? 'worker' : 'workers'} ${workers.join(', ')} are ready`,
    )
    return { servers, connection: await open('dev'), workers, ended: Promise.race(ends), stop }
  } catch (cause) {
    await stop()
    throw cause instanceof OrkFailure && cause.error.tag === 'LogArchived' ? archived(cause, servers) : cause
  }
}

/** What makes a snapshot of the archive needs the log, which this process would have served. */
const archived = ({ error }: OrkFailure, { configs }: DevServers): OrkFailure => {
  const serve = configs.map((config) => `\`nats-server -c ${config}\``).join(', ')
  return new OrkFailure({
    ...error,
    next: `\`ork snapshot take --archive DIR\` makes one, while ${serve} serves the log`,
  })
}

import { createServer } from 'node:net'
import { join } from 'node:path'
import * as E from 'fp-ts/Either'
import type { Driver } from '#libs/drivers'
import { OrkFailure } from '#libs/kernel'
import { type Connection, connect } from '#libs/log'
import { findNatsServer, type NatsServer, startNatsServer } from '#libs/nats-server'
import { startManager } from '#services/manager'
import { startScheduler } from '#services/scheduler'
import { startWorker } from '#services/worker'
import { devLogger } from './devLog'
import { makeFolder } from './folder'
import type { Stoppable } from './service'

export interface DevOptions {
  /** Where the log, and what the process driver runs, are kept. */
  readonly dataDir: string
  /** Port of the nats-server; absent: 4222 if it is free, else one that is. */
  readonly port?: number
  readonly prefix: string
  readonly workers: number
  /** One set for each worker: a driver keeps what one worker runs. */
  readonly drivers: (worker: string) => readonly Driver[]
  /** Told of each step, for a person to read. */
  readonly report: (line: string) => void
}

/** A whole cluster in this process, but for the nats-server, which is its child. */
export interface DevCluster {
  readonly nats: NatsServer
  /** For whoever wants to talk to the cluster from within. */
  readonly connection: Connection
  readonly workers: readonly string[]
  /** Ends everything in order, last started first; containers go on, for the next start to adopt. */
  stop(): Promise<void>
}

const DEFAULT_PORT = 4222

/** Brings up nats-server, manager, scheduler and workers; resolves when all have caught up with the log. */
export const startDevCluster = async (options: DevOptions): Promise<DevCluster> => {
  const { dataDir, report, prefix } = options
  makeFolder(dataDir)
  const binary = await findNatsServer({ report })
  const port = options.port ?? (await preferredPort())
  const nats = await startNatsServer({
    dir: join(dataDir, 'nats'),
    binary: binary.path,
    report,
    ...(port === undefined ? {} : { port }),
  })
  report(`nats-server ${nats.version} at ${nats.url}, its data in ${nats.dir}`)
  const started: Stoppable[] = [nats]
  const stop = async (): Promise<void> => {
    for (const part of started.splice(0).reverse()) await part.stop()
  }
  try {
    const open = async (name: string): Promise<Connection> => {
      const connected = await connect({ servers: nats.url, name, prefix, sync: 'always' })
      if (E.isLeft(connected)) throw new OrkFailure(connected.left)
      started.push({ stop: () => connected.right.close() })
      return connected.right
    }
    const workers = Array.from({ length: options.workers }, (_, index) => `w${index + 1}`)
    started.push(await startManager({ connection: await open('manager/m1'), name: 'm1', logger: devLogger('m1') }))
    started.push(await startScheduler({ connection: await open('scheduler/s1'), name: 's1', logger: devLogger('s1') }))
    for (const name of workers) {
      const connection = await open(`worker/${name}`)
      const drivers = options.drivers(name)
      const share = 1 / options.workers
      const dir = dataDir
      started.push(await startWorker({ connection, name, drivers, dir, share, logger: devLogger(name) }))
    }
    report(
      `manager m1, scheduler s1 and ${workers.length === 1 ? 'worker' : 'workers'} ${workers.join(', ')} are ready`,
    )
    return { nats, connection: await open('dev'), workers, stop }
  } catch (cause) {
    await stop()
    throw cause
  }
}

/** The port that clients try by default, if nobody has it. */
const preferredPort = (): Promise<number | undefined> =>
  new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', () => resolve(undefined))
    probe.listen(DEFAULT_PORT, '127.0.0.1', () => probe.close(() => resolve(DEFAULT_PORT)))
  })

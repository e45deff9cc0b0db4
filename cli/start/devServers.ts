import { existsSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { causeText, OrkFailure, orkError } from '#libs/kernel'
import {
  findNatsServer,
  type NatsCluster,
  type NatsServer,
  type NatsServerOptions,
  startNatsCluster,
  startNatsServer,
} from '#libs/nats-server'

export interface DevServersOptions {
  readonly dataDir: string
  /** How many; absent: as many as the folder's log is kept by, else one. */
  readonly count?: 1 | 3
  /** Port of the (first) nats-server; absent: 4222 if it is free, else one that is. */
  readonly port?: number
  /** An acknowledged event need not be on the disk yet. */
  readonly relaxed: boolean
  readonly report: (line: string) => void
}

/** The nats-servers of a dev cluster. One that ends by itself is started again. */
export interface DevServers {
  readonly count: 1 | 3
  /** Their addresses, with commas. */
  readonly url: string
  /** What they are configured by, to run them by hand. */
  readonly configs: readonly string[]
  /** Whether enough of them are up for the log to be written. */
  areUp(): boolean
  stop(): Promise<void>
}

type Settings = Omit<NatsServerOptions, 'cluster' | 'name'>

const DEFAULT_PORT = 4222
const RETRY_MS = 1_000

/** Where one server, and where three, keep their data. A server's data cannot be given to members of a cluster. */
const FOLDERS = { 1: 'nats', 3: 'nats-cluster' } as const
const FIRST_STORE = { 1: 'jetstream', 3: join('ork-1', 'jetstream') } as const

/** Brings up one nats-server, or a cluster of three; resolves when JetStream answers. Throws OrkFailure. */
export const startDevServers = async (options: DevServersOptions): Promise<DevServers> => {
  const count = chooseCount(options.dataDir, options.count)
  const { report, relaxed } = options
  const port = options.port ?? (await preferredPort())
  const settings: Settings = {
    dir: join(options.dataDir, FOLDERS[count]),
    binary: (await findNatsServer({ report })).path,
    syncAlways: !relaxed,
    report,
    ...(port === undefined ? {} : { port }),
  }
  const cluster = count === 1 ? await startOne(settings) : await startNatsCluster(settings)
  const versions = [...new Set(cluster.servers.map(({ version }) => version))].join(', ')
  const which = count === 1 ? 'nats-server' : `${count} nats-servers`
  report(`${which} ${versions} at ${cluster.url}, data in ${settings.dir}`)
  const configs = cluster.servers.map(({ configFile }) => configFile)
  return { count, url: cluster.url, configs, ...keepUp(cluster, report) }
}

const startOne = async (settings: Settings): Promise<NatsCluster> => {
  const servers = [await startNatsServer(settings)]
  const [{ url, port }] = servers as [NatsServer]
  return {
    servers,
    url,
    restart: async () => {
      const server = await startNatsServer({ ...settings, port })
      servers[0] = server
      return server
    },
    stop: async () => void (await Promise.all(servers.map((server) => server.stop()))),
  }
}

/** Starts again, until `stop`, each of them that ends by itself: what was acknowledged is on its disk. */
const keepUp = (cluster: NatsCluster, report: (line: string) => void): Pick<DevServers, 'areUp' | 'stop'> => {
  const stopping = new AbortController()
  const away = new Set<number>()
  const revive = async (index: number): Promise<NatsServer | undefined> => {
    let told = ''
    for (;;) {
      // Also before the first try: one that ends as soon as it is up would be started without end.
      await pause(RETRY_MS, undefined, { signal: stopping.signal }).catch(() => undefined)
      if (stopping.signal.aborted) return undefined
      try {
        const server = await cluster.restart(index)
        if (told !== '') report(`${server.name} is up again`)
        return server
      } catch (cause) {
        const why = causeText(cause)
        if (why !== told) report(`${why}\nit is tried again each second`)
        told = why
      }
    }
  }
  const watch = async (index: number): Promise<void> => {
    for (let server = cluster.servers[index]; server !== undefined; server = await revive(index)) {
      away.delete(index)
      await server.exited
      away.add(index)
      if (stopping.signal.aborted) return
      report(`${server.name} ended by itself, and is started again (its log: ${server.logFile})`)
    }
  }
  const watched = cluster.servers.map((_, index) => watch(index))
  return {
    areUp: () => away.size * 2 < cluster.servers.length,
    stop: async () => {
      stopping.abort()
      await cluster.stop()
      await Promise.all(watched)
      await cluster.stop() // one that was just being started again
    },
  }
}

const chooseCount = (dataDir: string, wish: 1 | 3 | undefined): 1 | 3 => {
  const holds = ([1, 3] as const).find((count) => existsSync(join(dataDir, FOLDERS[count], FIRST_STORE[count])))
  if (holds === undefined || wish === undefined || wish === holds) return holds ?? wish ?? 1
  const words = { 1: 'one nats-server', 3: 'three nats-servers' }
  throw new OrkFailure(
    orkError(
      'OtherServers',
      `the log in this folder is kept by ${words[holds]}, and cannot be given to ${words[wish]}`,
      {
        where: dataDir,
        next: 'leave --nats-servers away to go on with it, or begin another cluster with --data DIR',
      },
    ),
  )
}

/** The port that clients try by default, if nobody has it. */
const preferredPort = (): Promise<number | undefined> =>
  new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', () => resolve(undefined))
    probe.listen(DEFAULT_PORT, '127.0.0.1', () => probe.close(() => resolve(DEFAULT_PORT)))
  })

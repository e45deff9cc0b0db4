import { mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { causeText, OrkFailure, orkError } from '#libs/kernel'
import { findNatsServer } from './find'
import { choosePorts, type Ports } from './ports'
import { probeJetStream } from './probe'
import { type NatsServer, type NatsServerOptions, startNatsServer } from './server'

export interface NatsClusterOptions extends Omit<NatsServerOptions, 'cluster' | 'name'> {
  /** Of the first member; by default the one it had last time, as the others have. */
  readonly port?: number
  /** How many members; 3 by default. An odd number, as a majority must be up. */
  readonly servers?: number
  /** `ork` by default; the members are called `ork-1`, `ork-2` and so on. */
  readonly name?: string
}

export interface NatsCluster {
  /** The members as they are now; one that has ended stays in its place until `restart`. */
  readonly servers: readonly NatsServer[]
  /** The addresses of all members, separated by commas. */
  readonly url: string
  /** Starts the member at `index` (from 0) again, on its folder and ports, after it has ended. */
  restart(index: number): Promise<NatsServer>
  /** Stops every member. */
  stop(): Promise<void>
}

const POLL_MS = 25

/** The leader alone answers, and only when a majority has elected it; then every member passes the question on. */
const awaitLeader = async (servers: readonly NatsServer[], options: NatsClusterOptions): Promise<void> => {
  const login = options.users?.[0]
  const deadline = performance.now() + (options.readyMs ?? 60_000)
  for (const server of servers) {
    const { hostname: host } = new URL(server.url)
    const target = { host, port: server.port, ...(login && { user: login.user, password: login.password }) }
    for (let up = false; !up; ) {
      try {
        await probeJetStream(target)
        up = true
      } catch (error) {
        if (performance.now() > deadline) {
          const what = `the cluster of nats-servers has no leader in time (${causeText(error)})`
          throw new OrkFailure(orkError('NoLeader', what, { next: `read ${server.logFile}` }))
        }
        await sleep(POLL_MS)
      }
    }
  }
}

/**
 * Runs several nats-servers on this machine as one JetStream cluster, each in a folder of its own below `dir`, and
 * resolves when they have a leader. Throws OrkFailure, and stops what it started, where they do not get there.
 */
export const startNatsCluster = async (options: NatsClusterOptions): Promise<NatsCluster> => {
  const { servers: size = 3, name = 'ork', host = '127.0.0.1', report } = options
  const binary = options.binary ?? (await findNatsServer(report === undefined ? {} : { report })).path
  const folders = Array.from({ length: size }, (_, index) => join(resolve(options.dir), `${name}-${index + 1}`))
  const ports: Ports[] = []
  for (const [index, folder] of folders.entries()) {
    mkdirSync(folder, { recursive: true })
    const wanted = index === 0 && options.port !== undefined ? { client: options.port } : {}
    ports.push(await choosePorts(join(folder, 'ports.json'), host, wanted))
  }
  const reachable = host === '0.0.0.0' ? '127.0.0.1' : host
  const routes = ports.map((port) => `nats://${reachable}:${port.cluster}`)
  const start = (folder: string, index: number): Promise<NatsServer> => {
    const { client: port, cluster: clusterPort } = ports[index] ?? { client: 0, cluster: 0 }
    const cluster = { name, port: clusterPort, routes }
    return startNatsServer({ ...options, binary, dir: folder, name: `${name}-${index + 1}`, port, cluster })
  }

  const started = await Promise.allSettled(folders.map(start))
  const servers = started.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
  const stop = async (): Promise<void> => {
    await Promise.all(servers.map((server) => server.stop()))
  }
  try {
    for (const result of started) if (result.status === 'rejected') throw result.reason
    await awaitLeader(servers, options)
  } catch (error) {
    await stop()
    throw error
  }
  const restart = async (index: number): Promise<NatsServer> => {
    const folder = folders[index]
    if (folder === undefined) throw new RangeError(`the cluster has no member ${index}`)
    const server = await start(folder, index)
    servers[index] = server
    return server
  }
  return { servers, url: servers.map((server) => server.url).join(','), restart, stop }
}

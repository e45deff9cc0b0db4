import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Connection } from '#libs/log'
import { mustConnect } from '../jetStream'
import { startTestNats, type TestNats } from '../nats'
import { clientOf, type TestClient } from './client'
import {
  dockerContainers,
  processContainers,
  removeDockerContainers,
  removeProcesses,
  type TestContainer,
} from './containers'
import { makeNetwork, type TestNetwork } from './netns'
import { Observer } from './observer'
import { type TestService, testService } from './service'

export * from './checks'
export { dockerContainers, type TestContainer } from './containers'
export * from './dev'
export * from './eventually'
export * from './jobs'
export { layCable, makeNamespace, noNetworks } from './netns'
export type { Observer } from './observer'
export * from './restless'
export { type TestService, testService } from './service'
export { type SimulatedWorkers, simulatedWorkers } from './simulated'
export { fillDisk, noSmallDisk, onSmallDisk } from './smallDisk'
export { untilWhole } from './whole'

export interface TestClusterOptions {
  /** How many of each; default one. They are called m1, m2, s1, w1 and so on. */
  readonly managers?: number
  readonly schedulers?: number
  readonly workers?: number
  readonly driver: 'docker' | 'process'
  /** Socket of the engine for the docker driver. */
  readonly docker?: string
  /** More of an environment for every service. */
  readonly env?: NodeJS.ProcessEnv
  /** More flags for every service, and for every worker. */
  readonly flags?: readonly string[]
  readonly workerFlags?: readonly string[]
  /** On how many servers the log is kept; default one. */
  readonly replicas?: 1 | 3
  /** How long a service may take to be ready. */
  readonly readyMs?: number
  /** Networks of their own for workers, by name: these are cut off from all else when theirs is. */
  readonly networks?: readonly string[]
  /** To be done in a worker's folder before it starts; what it gives is done before the folder goes. */
  readonly prepare?: (dir: string) => () => void
  /** Fills the log with a past, before any service starts. */
  readonly history?: (connection: Connection) => Promise<void>
}

/** The servers that a cluster is put on; they end with it. */
interface Servers {
  readonly url: string
  stop(): Promise<void>
}

/** A cluster of real processes that talk over real nats-servers. */
export interface TestClusterOn<Nats extends Servers> extends TestClient {
  readonly nats: Nats
  network(name: string): TestNetwork
  readonly connection: Connection
  /** The log as it comes, folded. */
  readonly log: Observer
  service(name: string): TestService
  readonly services: readonly TestService[]
  /** What the engine has, running or not. */
  containers(): Promise<TestContainer[]>
  stop(): Promise<void>
}

/** One on a single server. */
export type TestCluster = TestClusterOn<TestNats>

/** Resolves when all services are ready. `stop` ends everything and removes every container, process and folder. */
const startTestCluster = async <Nats extends Servers>(
  nats: Nats,
  options: TestClusterOptions,
): Promise<TestClusterOn<Nats>> => {
  const dir = mkdtempSync(join(tmpdir(), 'ork-cluster-'))
  // As the commands ask for it; where the log exists already they only check it.
  const connection = await mustConnect({
    servers: nats.url,
    sync: 'always',
    replicas: options.replicas ?? 1,
    waitMs: 60_000,
  })
  await options.history?.(connection)
  const log = new Observer(connection)
  const undo: (() => void)[] = []
  const networks = new Map<string, TestNetwork>()
  for (const name of options.networks ?? []) networks.set(name, await makeNetwork(portOf(nats.url)))
  const services = servicesOf(options, dir, nats.url, networks, undo)
  const workers = services.filter(({ name }) => name.startsWith('w'))
  const { cluster } = connection.log
  const engine = options.docker

  const containers = async (): Promise<TestContainer[]> => {
    if (options.driver === 'docker' && engine !== undefined) return await dockerContainers(engine, cluster)
    const lists = workers.map((worker) => processContainers(worker.dir, cluster, worker.name))
    return (await Promise.all(lists)).flat()
  }
  const stop = async (): Promise<void> => {
    for (const service of services) service.resume()
    await Promise.all(services.map((service) => service.kill()))
    if (options.driver === 'docker' && engine !== undefined) {
      await removeDockerContainers(engine, cluster).catch(() => undefined) // a test may have taken its engine away
    }
    await Promise.all(workers.map((worker) => removeProcesses(worker.dir, cluster, worker.name)))
    await log.stop()
    await connection.close()
    await nats.stop()
    for (const network of networks.values()) await network.remove()
    for (const act of undo) act()
    rmSync(dir, { recursive: true, force: true, maxRetries: 5 })
  }
  try {
    await Promise.all(services.map((service) => service.start()))
    await log.until('a leader of each role, and the workers', ({ leaders, workers: known }) => {
      return leaders.manager.epoch > 0 && leaders.scheduler.epoch > 0 && known.size === workers.length
    })
  } catch (cause) {
    await stop()
    throw cause
  }
  return {
    nats,
    connection,
    log,
    services,
    network: (name) => {
      const found = networks.get(name)
      if (found === undefined) throw new Error(`worker ${name} has no network of its own`)
      return found
    },
    service: (name) => {
      const found = services.find((one) => one.name === name)
      if (found === undefined) throw new Error(`no service ${name} in this cluster`)
      return found
    },
    ...clientOf(connection),
    containers,
    stop,
  }
}

/** Runs `body` against a cluster of its own. When it fails, what the services wrote is shown; it ends either way. */
export const withCluster = async (
  options: TestClusterOptions,
  body: (cluster: TestCluster) => Promise<void>,
): Promise<void> => withClusterOn(await startTestNats(), options, body)

/** The same on servers that are there; they end with it. */
export const withClusterOn = async <Nats extends Servers>(
  nats: Nats,
  options: TestClusterOptions,
  body: (cluster: TestClusterOn<Nats>) => Promise<void>,
): Promise<void> => {
  const cluster = await startTestCluster(nats, options)
  try {
    await body(cluster)
  } catch (cause) {
    for (const { name, log } of cluster.services) console.error(`=== ${name}\n${log().slice(-4_000)}`)
    console.error(`=== the log\n${cluster.log.lastEvents()}`)
    throw cause
  } finally {
    await cluster.stop()
  }
}

/** Of the first of the servers. */
const portOf = (url: string): number => Number(new URL(url.split(',')[0] ?? url).port)

const servicesOf = (
  options: TestClusterOptions,
  dir: string,
  url: string,
  networks: ReadonlyMap<string, TestNetwork>,
  undo: (() => void)[],
): TestService[] => {
  const engine = options.docker === undefined ? {} : { DOCKER_HOST: `unix://${options.docker}` }
  const env = { ...engine, ...options.env }
  const many = (role: string, count: number, flags: readonly string[] = []): TestService[] =>
    Array.from({ length: count }, (_, index) => {
      const name = `${role[0]}${index + 1}`
      const home = join(dir, name)
      const network = networks.get(name)
      if (role === 'worker' && options.prepare !== undefined) undo.push(options.prepare(home))
      const args = [
        role,
        '--nats',
        network?.natsUrl ?? url,
        '--name',
        name,
        ...(role === 'worker' ? ['--data', home] : []),
        ...(options.flags ?? []),
        ...flags,
      ]
      const late = options.readyMs === undefined ? {} : { readyMs: options.readyMs }
      const via = network === undefined ? {} : { via: network.via }
      return testService({ name, dir: home, args, env, ready: /"msg":"ready"/, ...late, ...via })
    })
  return [
    ...many('manager', options.managers ?? 1),
    ...many('scheduler', options.schedulers ?? 1),
    ...many('worker', options.workers ?? 1, ['--driver', options.driver, ...(options.workerFlags ?? [])]),
  ]
}

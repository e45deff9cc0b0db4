import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as E from 'fp-ts/Either'
import { apiSubject, type StopReply, type SubmitReply } from '#libs/api'
import type { Connection } from '#libs/log'
import type { JobSpec } from '#libs/spec'
import { mustConnect } from '../jetStream'
import { startTestNats, type TestNats } from '../nats'
import {
  dockerContainers,
  processContainers,
  removeDockerContainers,
  removeProcesses,
  type TestContainer,
} from './containers'
import { Observer } from './observer'
import { type TestService, testService } from './service'

export * from './checks'
export type { TestContainer } from './containers'
export * from './eventually'
export * from './jobs'
export type { Observer } from './observer'
export { type TestService, testService } from './service'

export interface TestClusterOptions {
  /** How many of each; default one. They are called m1, m2, s1, w1 and so on. */
  readonly managers?: number
  readonly schedulers?: number
  readonly workers?: number
  readonly driver: 'docker' | 'process'
  /** Socket of the engine for the docker driver. */
  readonly docker?: string
  /** More flags for every worker. */
  readonly workerFlags?: readonly string[]
}

/** A cluster of real processes that talk over a real nats-server. */
export interface TestCluster {
  readonly nats: TestNats
  readonly connection: Connection
  /** The log as it comes, folded. */
  readonly log: Observer
  service(name: string): TestService
  readonly services: readonly TestService[]
  /** Hands a job in; rejects when no manager has acknowledged it in time. */
  submit(spec: JobSpec, timeoutMs?: number): Promise<SubmitReply>
  /** Hands a job in again and again until it is acknowledged, as a user would. */
  submitSurely(spec: JobSpec, withinMs?: number): Promise<SubmitReply>
  stopJob(job: string): Promise<StopReply>
  /** Resolves when all instances of the job run and are as many as given. */
  running(job: string, replicas: number, withinMs?: number): Promise<void>
  /** What the engine has, running or not. */
  containers(): Promise<TestContainer[]>
  stop(): Promise<void>
}

/** Resolves when all services are ready. `stop` ends everything and removes every container, process and folder. */
export const startTestCluster = async (options: TestClusterOptions): Promise<TestCluster> => {
  const dir = mkdtempSync(join(tmpdir(), 'ork-cluster-'))
  const nats = await startTestNats()
  const connection = await mustConnect({ servers: nats.url })
  const log = new Observer(connection)
  const services = servicesOf(options, dir, nats.url)
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
    service: (name) => {
      const found = services.find((one) => one.name === name)
      if (found === undefined) throw new Error(`no service ${name} in this cluster`)
      return found
    },
    ...client(connection),
    running: (job, replicas, withinMs) =>
      log.until(
        `${replicas} running instances of ${job}`,
        () => {
          const instances = log.instances(job)
          return instances.length === replicas && instances.every(({ state }) => state === 'running')
        },
        withinMs,
      ),
    containers,
    stop,
  }
}

/** Runs `body` against a cluster of its own. When it fails, what the services wrote is shown; it ends either way. */
export const withCluster = async (
  options: TestClusterOptions,
  body: (cluster: TestCluster) => Promise<void>,
): Promise<void> => {
  const cluster = await startTestCluster(options)
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

const servicesOf = (options: TestClusterOptions, dir: string, url: string): TestService[] => {
  const env = options.docker === undefined ? {} : { DOCKER_HOST: `unix://${options.docker}` }
  const many = (role: string, count: number, flags: readonly string[] = []): TestService[] =>
    Array.from({ length: count }, (_, index) => {
      const name = `${role[0]}${index + 1}`
      const home = join(dir, name)
      const args = [role, '--nats', url, '--name', name, ...(role === 'worker' ? ['--data', home] : []), ...flags]
      return testService({ name, dir: home, args, env, ready: /"msg":"ready"/ })
    })
  return [
    ...many('manager', options.managers ?? 1),
    ...many('scheduler', options.schedulers ?? 1),
    ...many('worker', options.workers ?? 1, ['--driver', options.driver, ...(options.workerFlags ?? [])]),
  ]
}

const client = (connection: Connection) => {
  const ask = async <T>(verb: 'submit' | 'stop', request: unknown, timeoutMs: number): Promise<T> => {
    const answer = await connection.bus.request(apiSubject(connection.prefix, verb), request, timeoutMs)
    if (E.isLeft(answer)) throw new Error(`${verb}: ${answer.left.tag}: ${answer.left.what}`)
    return answer.right as T
  }
  const submit = (spec: JobSpec, timeoutMs = 10_000): Promise<SubmitReply> =>
    ask('submit', { spec, actor: 'test' }, timeoutMs)
  return {
    submit,
    submitSurely: async (spec: JobSpec, withinMs = 30_000): Promise<SubmitReply> => {
      for (const giveUp = Date.now() + withinMs; ; ) {
        try {
          return await submit(spec, 2_000)
        } catch (cause) {
          if (Date.now() > giveUp) throw cause
          await new Promise((resolve) => setTimeout(resolve, 100))
        }
      }
    },
    stopJob: (job: string): Promise<StopReply> => ask('stop', { job, reason: null, actor: 'test' }, 10_000),
  }
}

import { type ChildProcess, fork } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { apiSubject, type StatusReply } from '#libs/api'
import type { Connection } from '#libs/log'
import { type TestService, testService } from '../../libs/testing/cluster/service'
import { startTestNats, type TestNats } from '../../libs/testing/nats'
import { mustConnect } from '../server'
import type { FleetReply, FleetRequest } from './fleet'
import { type Usage, usageOf } from './processes'

export interface BenchClusterOptions {
  readonly workers: number
  /** Every acknowledged event is on the disk; else they are synced now and then. */
  readonly durable: boolean
  /** Folder for a profile of each service; absent: none are made. */
  readonly profiles?: string
  /** Folder for the servers' data, which stays there; absent: it is deleted. */
  readonly keep?: string
}

/** One manager, one scheduler, the workers, and the server: a process each. */
export interface BenchCluster {
  readonly url: string
  readonly connection: Connection
  /** What each process has used so far. */
  usages(): Readonly<Record<Role, Usage>>
  /** Where the server keeps the log. */
  readonly store: string
  /** Tells of the views of both services, about so often, until `stop` is called. */
  watch(everyMs: number, tell: (status: StatusReply, at: number) => void): { stop(): void }
  /** Instances that run, as the workers' own views have it. */
  running(): Promise<number>
  /** So many workers vanish. */
  lose(count: number): Promise<void>
  stop(): Promise<void>
}

export type Role = 'manager' | 'scheduler' | 'workers' | 'nats-server'

/** Megabytes: views of a million instances do not fit into what Node takes by itself; and what is young needs room too. */
const FLAGS = ['--max-old-space-size=8000', '--max-semi-space-size=64']
/** What 5,000 machines keep is 3 GB in one process, and would be gone through again and again as it grows. */
const FLEET_FLAGS = ['--initial-heap-size=6000']

/** Resolves when all workers have joined. */
export const startBenchCluster = async (options: BenchClusterOptions): Promise<BenchCluster> => {
  const dir = mkdtempSync(join(tmpdir(), 'ork-million-'))
  const nats = await startTestNats({
    sync: options.durable,
    ...(options.keep === undefined ? {} : { keep: options.keep }),
  })
  const services = ['manager', 'scheduler'].map((role) => serviceOf(role, dir, nats.url, options))
  const ends: (() => unknown)[] = [() => rmSync(dir, { recursive: true, force: true }), () => nats.stop()]
  const stop = async (): Promise<void> => {
    for (const end of ends.splice(0).reverse()) await end()
  }
  try {
    for (const service of services) {
      ends.push(() => service.end('SIGINT'))
      await service.start()
    }
    const connection = await mustConnect({ servers: nats.url, create: false })
    ends.push(() => connection.close())
    const fleet = await startFleet(nats.url, options)
    ends.push(() => fleet.end())
    return assemble(nats, connection, services, fleet, stop)
  } catch (cause) {
    for (const { name, log } of services) console.error(`=== ${name}\n${log().slice(-4_000)}`)
    await stop()
    throw cause
  }
}

const assemble = (
  nats: TestNats,
  connection: Connection,
  [manager, scheduler]: readonly TestService[],
  fleet: Fleet,
  stop: () => Promise<void>,
): BenchCluster => ({
  url: nats.url,
  connection,
  usages: () => ({
    manager: usageOf(manager?.pid() ?? 0),
    scheduler: usageOf(scheduler?.pid() ?? 0),
    workers: usageOf(fleet.pid),
    'nats-server': usageOf(nats.pid()),
  }),
  store: nats.dir,
  watch: (everyMs, tell) => {
    const ask = (): void => {
      const subject = apiSubject(connection.prefix, 'status')
      void connection.bus.requestAll(subject, {}, 10_000, (answer) => tell(answer as StatusReply, Date.now()))
    }
    const timer = setInterval(ask, everyMs)
    return { stop: () => clearInterval(timer) }
  },
  running: async () => {
    const reply = await fleet.ask({ ask: 'running' }, 'running')
    return reply.tag === 'running' ? reply.running : 0
  },
  lose: async (count) => void (await fleet.ask({ ask: 'lose', count }, 'lost')),
  stop,
})

const serviceOf = (role: string, dir: string, url: string, { durable, profiles }: BenchClusterOptions): TestService =>
  testService({
    name: role,
    dir: join(dir, role),
    args: [role, '--nats', url, '--name', `${role}-1`, ...(durable ? [] : ['--relaxed'])],
    env: { NODE_OPTIONS: nodeFlags(profiles).join(' '), ...profileEnv(profiles, role) },
    ready: /"msg":"ready"/,
  })

const nodeFlags = (profiles: string | undefined): string[] => [
  ...FLAGS,
  ...(profiles === undefined ? [] : ['--require', join(__dirname, 'profile.js')]),
]

const profileEnv = (profiles: string | undefined, role: string): Record<string, string> =>
  profiles === undefined ? {} : { ORK_BENCH_PROFILE: join(profiles, `${role}.cpuprofile`) }

interface Fleet {
  readonly pid: number
  ask(request: FleetRequest, reply: FleetReply['tag']): Promise<FleetReply>
  end(): Promise<void>
}

const startFleet = async (url: string, { workers, profiles }: BenchClusterOptions): Promise<Fleet> => {
  const child = fork(join(__dirname, 'fleet.js'), [url, String(workers)], {
    execArgv: [...nodeFlags(profiles), ...FLEET_FLAGS],
    env: { ...process.env, ...profileEnv(profiles, 'workers') },
  })
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  await replyOf(child, 'ready')
  return {
    pid: child.pid ?? 0,
    ask: (request, reply) => {
      const answer = replyOf(child, reply)
      child.send(request)
      return answer
    },
    end: () => {
      child.disconnect()
      return gone
    },
  }
}

const replyOf = (child: ChildProcess, tag: FleetReply['tag']): Promise<FleetReply> =>
  new Promise((resolve, reject) => {
    const hear = (reply: FleetReply): void => {
      if (reply.tag !== tag) return
      child.off('message', hear)
      child.off('exit', fail)
      resolve(reply)
    }
    const fail = (): void => reject(new Error('the process of the workers has ended'))
    child.on('message', hear)
    child.once('exit', fail)
  })

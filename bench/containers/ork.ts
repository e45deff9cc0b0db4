import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { apiSubject, type RequestOf } from '#libs/api'
import { containerName, dockerDriver } from '#libs/drivers'
import type { OrkEvent } from '#libs/events'
import { orThrow } from '#libs/kernel'
import { type Connection, connect } from '#libs/log'
import { startNatsServer } from '#libs/nats-server'
import { createLogger } from '#libs/runtime'
import type { JobSpec } from '#libs/spec'
import { startManager } from '#services/manager'
import { startScheduler } from '#services/scheduler'
import { startWorker } from '#services/worker'
import { type Engine, elapsed, type Orchestrator, untilGone, type Workload } from './contender'

const TASK = 'sleeper'
const OVERCOMMIT = 100

const jobOf = (name: string, workload: Workload, replicas: number): JobSpec => ({
  name,
  kind: 'service',
  tasks: [
    {
      name: TASK,
      driver: 'docker',
      image: workload.image,
      args: [...workload.args],
      env: {},
      replicas,
      resources: { cpuMilli: workload.cpuMilli, memoryBytes: workload.memoryBytes, diskBytes: 0 },
      ports: [],
      restart: { policy: 'always', attempts: null, delayMs: 0, backoff: 1, maxDelayMs: 0, resetAfterMs: 60_000 },
      stop: { signal: workload.stopSignal, graceMs: 10_000 },
    },
  ],
})

/** Someone who watches the log from outside, as any client of ork may. */
const observer = ({ log }: Connection) => {
  let onEvent: (event: OrkEvent) => void = () => undefined
  const following = log.follow({
    from: 1,
    onEntries: (entries) => {
      for (const { event } of entries) if (event.type !== 'Unreadable') onEvent(event)
    },
  })
  /** Resolves when `isLast` has said so of an event that came since the call. */
  const until = (isLast: (event: OrkEvent) => boolean): Promise<void> =>
    new Promise((resolve) => {
      onEvent = (event) => {
        if (isLast(event)) resolve()
      }
    })
  return { following, until }
}

const request = async <V extends 'submit' | 'stop'>(
  { bus, prefix }: Connection,
  verb: V,
  payload: RequestOf<V>,
): Promise<void> => {
  orThrow(await bus.request(apiSubject(prefix, verb), payload, 10_000))
}

/** A whole ork as it is by default: nats-server that syncs each write, manager, scheduler and worker. */
export const orkContender = async (engine: Engine, socketPath: string, workload: Workload): Promise<Orchestrator> => {
  const dir = mkdtempSync(join(tmpdir(), 'ork-bench-'))
  const nats = await startNatsServer({ dir: join(dir, 'nats') })
  const logger = createLogger('bench', 'warn')
  const connections: Connection[] = []
  const open = async (name: string): Promise<Connection> => {
    const connection = orThrow(await connect({ servers: nats.url, name }))
    connections.push(connection)
    return connection
  }
  const manager = await startManager({ connection: await open('manager/m1'), name: 'm1', logger })
  const scheduler = await startScheduler({ connection: await open('scheduler/s1'), name: 's1', logger })
  const drivers = [dockerDriver({ socketPath })]
  // It promises more than the machine has: what is measured is how soon containers run, not how many may.
  const connection = await open('worker/w1')
  const worker = await startWorker({ connection, name: 'w1', logger, drivers, dir, share: OVERCOMMIT })
  const client = await open('bench')
  const { following, until } = observer(client)
  await following.caughtUp
  let jobs = 0
  let job = ''

  const started = (count: number, attempt: number): Promise<void> => {
    const seen = new Set<number>()
    return until((event) => {
      if (event.type === 'TaskStarted' && event.data.job === job && event.data.attempt === attempt) {
        seen.add(event.data.index)
      }
      return seen.size === count
    })
  }

  return {
    name: 'ork',
    up: async (count) => {
      jobs += 1
      job = `bench-${jobs}`
      return await elapsed(async () => {
        const all = started(count, 1)
        const spec = jobOf(job, workload, count)
        await request(client, 'submit', { spec, checkVersion: null, reason: null, actor: null })
        await all
      })
    },
    replace: async () => {
      const victim = containerName({ job, task: TASK, index: 0, attempt: 1 })
      return await elapsed(async () => {
        const again = started(1, 2)
        await engine.getContainer(victim).kill({ signal: 'SIGKILL' })
        await again
      })
    },
    down: () =>
      elapsed(async () => {
        await request(client, 'stop', { job, reason: null, purge: false, actor: null })
        await untilGone(engine, `ork.job=${job}`)
      }),
    close: async () => {
      await worker.stop()
      await scheduler.stop()
      await manager.stop()
      for (const connection of connections) await connection.close()
      await nats.stop()
      rmSync(dir, { recursive: true, force: true })
    },
  }
}

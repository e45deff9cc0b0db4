import { setTimeout as pause } from 'node:timers/promises'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { LedRole } from '#libs/cluster'
import type { JobSpec } from '#libs/spec'
import {
  type SimulatedWorkers,
  simulatedWorkers,
  sleeper,
  type TestCluster,
  withCluster,
} from '../../libs/testing/cluster'
import { FULL, tell } from './figures'

const JOBS = 50
const REPLICAS = 20
/** How long a leader stands still. */
const STALL_MS = FULL ? 30_000 : 5_000
const MiB = 2 ** 20

const test = suite('leaders killed and stalled')

const job = (name: string): JobSpec =>
  sleeper(name, {
    driver: 'simulated',
    replicas: REPLICAS,
    resources: { cpuMilli: 1, memoryBytes: MiB, diskBytes: 0 },
  })

/** Hands in jobs, a few at a time; resolves to those that were acknowledged, which is all of them in the end. */
const submitAll = async (cluster: TestCluster, prefix: string, jobs = JOBS): Promise<string[]> => {
  const names = Array.from({ length: jobs }, (_, index) => `${prefix}-${index}`)
  const waiting = [...names]
  const lane = async (): Promise<void> => {
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) await cluster.submitSurely(job(name))
  }
  await Promise.all([lane(), lane(), lane(), lane()])
  return names
}

/** That every instance of these jobs runs, was started once, and nothing else runs of them. */
const assertEachRunsOnce = async (cluster: TestCluster, workers: SimulatedWorkers, names: readonly string[]) => {
  const { log } = cluster
  const isRunning = (name: string): boolean => {
    const instances = log.instances(name)
    return instances.length === REPLICAS && instances.every(({ state }) => state === 'running')
  }
  await log.until('all that was acknowledged runs', () => names.every(isRunning), 90_000)
  const wanted = names.flatMap((name) => Array.from({ length: REPLICAS }, (_, index) => `${name}.api.${index}#1`))
  const ours = new Set(names)
  const running = (await workers.running()).filter((id) => ours.has(id.split('.')[0] ?? ''))
  assert.equal(running, wanted.sort())
  const started = log.all('TaskStarted').filter(({ data }) => ours.has(data.job))
  assert.is(started.length, wanted.length)
}

const withMany = (body: (cluster: TestCluster, workers: SimulatedWorkers) => Promise<void>): Promise<void> =>
  withCluster({ driver: 'process', managers: 2, schedulers: 2, workers: 0 }, async (cluster) => {
    const workers = await simulatedWorkers(cluster.nats.url, 4)
    try {
      await body(cluster, workers)
    } finally {
      await workers.stop()
    }
  })

test('kill -9 of the leader amidst 1,000 tasks handed in: none is lost, none runs twice, the other one takes over', () =>
  withMany(async (cluster, workers) => {
    const { log } = cluster
    for (const role of ['manager', 'scheduler'] as const) {
      const submitted = submitAll(cluster, role)
      const { holder, epoch } = log.view.leaders[role]
      await log.until('a third is placed', () => countPlaced(cluster, role) > (JOBS * REPLICAS) / 3, 60_000)
      const from = log.view.seq + 1
      const killedAt = performance.now()
      await cluster.service(holder).kill()
      await log.event('LeaderElected', (data) => data.role === role && data.epoch > epoch, from, 60_000)
      const electedMs = Math.round(performance.now() - killedAt)
      const late = submitAll(cluster, `${role}-late`, 1) // there may be nothing left to do of the others
      await log.until('the successor acts', () => actsAfter(cluster, role, from), 60_000)
      const actedMs = Math.round(performance.now() - killedAt)
      const names = [...(await submitted), ...(await late)]
      await assertEachRunsOnce(cluster, workers, names)
      assert.is.not(log.view.leaders[role].holder, holder)
      const tasks = names.length * REPLICAS
      tell(`kill -9 of the leading ${role}`, { tasks, lost: 0, twice: 0, electedMs, actedMs })
      if (FULL) assert.ok(actedMs < 3_000, `the successor acted after ${actedMs} ms`)
      await cluster.service(holder).start()
    }
  }))

const countPlaced = ({ log }: TestCluster, prefix: string): number =>
  log.all('TaskScheduled').filter(({ data }) => data.job.startsWith(prefix)).length

/** What the role's leader alone writes (its election too), or for a manager, what it was asked for. */
const actsAfter = ({ log }: TestCluster, role: LedRole, from: number): boolean => {
  const elected = log.all('LeaderElected', from).find(({ data }) => data.role === role)
  if (elected === undefined) return false
  const type = role === 'manager' ? 'JobSubmitted' : 'TaskScheduled'
  return log
    .all(type, from)
    .some(({ source, time }) => source === `${role}/${elected.data.holder}` && time >= elected.time)
}

test('a leader that stands still and wakes up: what it decides then is stored at most, and changes nothing', () =>
  withMany(async (cluster, workers) => {
    const { log } = cluster
    const names: string[] = []
    for (const role of ['manager', 'scheduler'] as const) {
      const { holder, epoch } = log.view.leaders[role]
      const submitted = submitAll(cluster, role, 10)
      await log.until('some are placed', () => countPlaced(cluster, role) > 50, 60_000)
      const from = log.view.seq + 1
      cluster.service(holder).pause()
      const pausedAt = performance.now()
      await log.event('LeaderElected', (data) => data.role === role && data.epoch > epoch, from, 60_000)
      names.push(...(await submitted))
      const late = submitAll(cluster, `late-${role}`, 10)
      await pause(Math.max(0, STALL_MS - (performance.now() - pausedAt)))
      cluster.service(holder).resume()
      names.push(...(await late))
    }
    await assertEachRunsOnce(cluster, workers, names)
    const effective = stalePlacements(cluster)
    assert.equal(effective, [])
    tell('SIGSTOP of a leader, then SIGCONT', {
      stalledMs: STALL_MS,
      tasks: names.length * REPLICAS,
      staleStored: log.view.ignored.stale,
      staleEffective: effective.length,
    })
  }))

/** Placements of an epoch that was over when they were stored, and that moved an instance all the same. */
const stalePlacements = ({ log }: TestCluster): readonly number[] => {
  let newest = 0
  const stale = new Set<number>()
  for (const { seq, event } of log.entries) {
    if (event.type === 'LeaderElected' && event.data.role === 'scheduler') newest = Math.max(newest, event.data.epoch)
    if (event.type === 'TaskScheduled' && (event.epoch ?? 0) < newest) stale.add(seq)
  }
  const placed = [...log.view.jobs.keys()].flatMap((name) => log.instances(name)).map(({ placedSeq }) => placedSeq)
  const started = log.all('TaskStarted').map(({ data }) => data.placement)
  return [...placed, ...started].filter((seq) => stale.has(seq))
}

test.run()

import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { HookSpec } from '#libs/spec'
import {
  dockerContainers,
  sleeper,
  sleeperTask,
  type TestCluster,
  type TestContainer,
  withCluster,
} from '../../libs/testing/cluster'
import {
  type EngineTap,
  ensureTestImage,
  type OpenTestDocker,
  openTestDocker,
  tapEngine,
} from '../../libs/testing/docker'
import { FULL, tell } from './figures'

interface Context {
  engine: OpenTestDocker
}

const test = suite<Context>('worker killed')
test.before(async (context) => {
  context.engine = await openTestDocker()
  await ensureTestImage(context.engine.docker)
})
test.after(({ engine }) => engine.stop())

const byInstance = (containers: readonly TestContainer[]): string[] =>
  containers.map(({ instance, attempt, id, running }) => `${instance} ${attempt} ${id} ${running}`).sort()

const withTap = async (socketPath: string, body: (tap: EngineTap) => Promise<void>): Promise<void> => {
  const tap = await tapEngine(socketPath)
  try {
    await body(tap)
  } finally {
    tap.close()
  }
}

/** Resolves once the worker has looked at its engine and at the log, and has had nothing to do. */
const adopted = async (cluster: TestCluster, from: number): Promise<void> => {
  await cluster.log.event('WorkerRegistered', () => true, from)
  await cluster.submitSurely(sleeper('afterwards'))
  await cluster.log.running('afterwards', 1)
}

test('adopts the containers of ten instances after kill -9: the same ones, none restarted', ({ engine }) =>
  withCluster({ driver: 'docker', docker: engine.socketPath }, async (cluster) => {
    await cluster.submit(sleeper('web', { replicas: 10 }))
    await cluster.log.running('web', 10)
    const before = await cluster.containers()
    const worker = cluster.service('w1')
    await worker.kill()
    const from = cluster.log.view.seq + 1
    const startedAt = Date.now()
    await worker.start()
    const known = await cluster.log.event('WorkerRegistered', () => true, from)
    await adopted(cluster, from)
    const after = (await cluster.containers()).filter(({ instance }) => instance.startsWith('web.'))
    assert.equal(byInstance(after), byInstance(before))
    assert.equal(
      cluster.log.all('TaskStarted', from).filter(({ data }) => data.job === 'web'),
      [],
    )
    assert.equal(cluster.log.all('TaskExited'), [])
    const knownAgainMs = Date.parse(known.time) - startedAt
    tell('worker killed at rest', { containers: 10, restarts: 0, knownAgainMs })
    if (FULL) assert.ok(knownAgainMs < 5_000)
  }))

const MOMENTS = [
  ['created', /^POST \S*\/containers\/create\b/, false],
  ['started', /^POST \S*\/containers\/\w+\/start\b/, true],
] as const

test('is killed when its engine has made, or started, a container and it has not heard so: that one is adopted', ({
  engine,
}) =>
  withTap(engine.socketPath, (tap) =>
    withCluster({ driver: 'docker', docker: tap.socketPath }, async (cluster) => {
      const { log } = cluster
      const worker = cluster.service('w1')
      // Not through the tap, which holds back answers to anybody.
      const containersOf = async (job: string): Promise<TestContainer[]> =>
        (await dockerContainers(engine.socketPath, cluster.connection.log.cluster)).filter(({ instance }) =>
          instance.startsWith(`${job}.`),
        )
      for (const [job, request, isRunning] of MOMENTS) {
        const held = tap.holdAfter(request)
        await cluster.submit(sleeper(job))
        await held
        await worker.kill()
        const made = await containersOf(job)
        assert.equal(
          made.map(({ attempt, running }) => [attempt, running]),
          [[1, isRunning]],
        )
        assert.equal(
          log.instances(job).map(({ state }) => state),
          ['scheduled'],
          'no event tells of it',
        )
        const startedAt = Date.now()
        await worker.start()
        await log.running(job, 1, 30_000)
        const told = log.all('TaskStarted').filter(({ data }) => data.job === job)
        assert.equal(
          told.map(({ data }) => data.container),
          made.map(({ id }) => id),
        )
        assert.equal(byInstance(await containersOf(job)), byInstance(made.map((one) => ({ ...one, running: true }))))
        const knownAgainMs = Date.parse(told[0]?.time ?? '') - startedAt
        tell(`worker killed when its engine had ${job} a container`, { restarts: 0, knownAgainMs })
        if (FULL) assert.ok(knownAgainMs < 5_000)
      }
      assert.equal([log.all('TaskExited'), log.all('TaskRestarting')], [[], []])
    }),
  ))

const shell = (script: string) => ({ command: ['sh', '-c', script] })
const hook = (name: string, script: string): HookSpec => ({ name, ...shell(script), env: {}, timeoutMs: 60_000 })

test('is killed while a hook runs: it goes on there, and batch work completes beside a system job', ({ engine }) =>
  withCluster({ driver: 'docker', docker: engine.socketPath }, async (cluster) => {
    const { log } = cluster
    const worker = cluster.service('w1')
    const sum = sleeperTask({
      ...shell('test "$(cat /box/word)" = fetched && echo done > /box/word'),
      volumes: [{ type: 'volume', source: 'box', target: '/box' }],
      prestart: [hook('fetch', 'sleep 2; echo fetched > /box/word')],
      poststop: [hook('look', 'test "$(cat /box/word)" = done')],
      restart: { ...sleeperTask().restart, policy: 'never', attempts: 0 },
    })
    await cluster.submit({ name: 'sum', kind: 'batch', tasks: [sum] })
    await cluster.submit({ ...sleeper('agent'), kind: 'system' })
    await log.event('TaskHookStarted', ({ hook }) => hook === 'fetch')
    await worker.kill()
    await worker.start()
    await log.event('JobCompleted', ({ job }) => job === 'sum', 1, 60_000)
    await log.running('agent', 1, 30_000)
    const begun = log.all('TaskHookStarted').map(({ data }) => `${data.hook} ${data.container}`)
    assert.equal(new Set(begun).size, 2, 'each of them in one container')
    assert.equal(
      log.all('TaskHookEnded').map(({ data }) => [data.stage, data.hook, data.exitCode, data.reason]),
      [
        ['prestart', 'fetch', 0, null],
        ['poststop', 'look', 0, null],
      ],
    )
  }))

test('is killed again and again while twenty start: each ends up with one container, started once', ({ engine }) =>
  withCluster({ driver: 'docker', docker: engine.socketPath }, async (cluster) => {
    const { log } = cluster
    const worker = cluster.service('w1')
    await cluster.submit(sleeper('many', { replicas: 20 }))
    for (let kills = 0; kills < 4; kills += 1) {
      const seen = log.all('TaskStarted').length
      const enough = Math.min(seen + 1 + (kills % 3), 20) // an engine may be quicker than the kills
      await log.until('another start', () => log.all('TaskStarted').length >= enough)
      await worker.kill()
      await worker.start()
    }
    await cluster.log.running('many', 20, 30_000)
    const containers = await cluster.containers()
    assert.is(containers.length, 20)
    assert.ok(containers.every(({ attempt, running }) => attempt === 1 && running))
    for (const { instance, id } of containers) {
      const told = log.all('TaskStarted').filter(({ data }) => `${data.job}.${data.task}.${data.index}` === instance)
      assert.equal(
        told.map(({ data }) => data.container),
        [id],
      )
    }
  }))

test.run()

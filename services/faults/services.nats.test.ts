import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import {
  assertOneContainerEach,
  assertUndisturbed,
  runningOf,
  sleeper,
  type TestCluster,
  withCluster,
} from '../../libs/testing/cluster'
import { FULL } from './figures'

const test = suite('services killed')
const process = { driver: 'process' } as const

/** Hands in so many jobs of one instance, a few at a time; resolves to the acknowledged names. */
const submitMany = async (cluster: TestCluster, count: number): Promise<string[]> => {
  const names = Array.from({ length: count }, (_, index) => `job-${index}`)
  const waiting = [...names]
  const lane = async (): Promise<void> => {
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
      await cluster.submitSurely(sleeper(name, process))
    }
  }
  await Promise.all([lane(), lane(), lane()])
  return names
}

const assertAllRun = async (cluster: TestCluster, names: readonly string[]): Promise<void> => {
  await cluster.log.until(
    'all acknowledged jobs run',
    () => names.every((name) => cluster.log.instances(name)[0]?.state === 'running'),
    30_000,
  )
  await assertOneContainerEach(cluster)
  for (const { instance } of await cluster.containers()) {
    const [job = '', , index] = instance.split('.')
    const starts = cluster.log.all('TaskStarted').filter(({ data }) => data.job === job && String(data.index) === index)
    assert.is(starts.length, 1, `${instance} was started ${starts.length} times`)
  }
}

test('manager and scheduler are killed, alone and together, while a hundred instances come up', () =>
  withCluster(process, async (cluster) => {
    const { log } = cluster
    await cluster.submit(sleeper('web', { ...process, replicas: 60 }))
    const acknowledged = submitMany(cluster, 40)
    const submitted = (count: number) => log.until(`${count} jobs submitted`, ({ jobs }) => jobs.size > count, 30_000)
    for (const [after, names] of [
      [5, ['s1']],
      [15, ['m1']],
      [25, ['m1', 's1']],
    ] as const) {
      await submitted(after)
      await Promise.all(names.map((name) => cluster.service(name).kill()))
      await Promise.all(names.map((name) => cluster.service(name).start()))
    }
    await cluster.log.running('web', 60, 30_000)
    await assertAllRun(cluster, await acknowledged)
  }))

test('everything is killed at once, nats-server too, and goes on where it was', () =>
  withCluster(process, async (cluster) => {
    const { log, nats, services } = cluster
    await cluster.submit(sleeper('web', { ...process, replicas: 10 }))
    await cluster.log.running('web', 10)
    const before = await runningOf(cluster, 'web')
    await cluster.submit(sleeper('half', { ...process, replicas: 30 }))
    await log.event('TaskStarted', ({ job }) => job === 'half')
    const from = log.view.seq + 1
    await Promise.all([nats.kill(), ...services.map((service) => service.kill())])
    await nats.start()
    await Promise.all(services.map((service) => service.start()))
    await cluster.log.running('half', 30)
    assert.equal(await runningOf(cluster, 'web'), before)
    assertUndisturbed(cluster, 'web', from)
    await assertOneContainerEach(cluster)
    assert.ok(log.instances('half').every(({ attempt }) => attempt === 1))
  }))

test('SIGTERM ends each service in order, with exit code 0; what it ran goes on and is adopted', () =>
  withCluster(process, async (cluster) => {
    const { log, services } = cluster
    await cluster.submit(sleeper('web', { ...process, replicas: 5 }))
    await log.running('web', 5)
    const before = await runningOf(cluster, 'web')
    const from = log.view.seq + 1
    for (const service of services) assert.is(await service.end(), 0, service.log())
    await log.event('WorkerLeft')
    assert.equal(await runningOf(cluster, 'web'), before)
    await Promise.all(services.map((service) => service.start()))
    await cluster.submitSurely(sleeper('later', process))
    await log.running('later', 1)
    assertUndisturbed(cluster, 'web', from)
    await assertOneContainerEach(cluster)
  }))

test('SIGTERM ends each service within its grace while there is no nats-server, and nothing is lost by it', () =>
  withCluster({ ...process, flags: ['--grace', '3'] }, async (cluster) => {
    const { log, nats, services } = cluster
    await cluster.submit(sleeper('web', { ...process, replicas: 5 }))
    await log.running('web', 5)
    const before = await runningOf(cluster, 'web')
    const from = log.view.seq + 1
    await nats.kill()
    const asked = Date.now()
    const codes = await Promise.all(services.map((service) => service.end()))
    const tookMs = Date.now() - asked
    assert.ok(
      codes.every((code) => code === 0 || code === 1),
      `${codes} after ${tookMs} ms`,
    )
    if (FULL) assert.ok(tookMs < 6_000, `${tookMs} ms`)
    await nats.start()
    await Promise.all(services.map((service) => service.start()))
    await cluster.submitSurely(sleeper('later', process))
    await log.running('later', 1)
    assert.equal(await runningOf(cluster, 'web'), before)
    assertUndisturbed(cluster, 'web', from)
  }))

test.run()

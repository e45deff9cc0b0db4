import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type DevSession, dockerContainers, sleeper, type TestDev, withDev } from '../../libs/testing/cluster'
import { ensureTestImage, type OpenTestDocker, openTestDocker } from '../../libs/testing/docker'

interface Context {
  engine: OpenTestDocker
}

const test = suite<Context>('ork dev, ended')
test.before(async (context) => {
  context.engine = await openTestDocker()
  await ensureTestImage(context.engine.docker)
})
test.after(({ engine }) => engine.stop())

const runningIds = async ({ engine }: TestDev, { connection }: DevSession): Promise<string[]> => {
  const containers = await dockerContainers(engine, connection.log.cluster)
  return containers.flatMap(({ running, instance, id }) => (running ? [`${instance} ${id}`] : [])).sort()
}

/** Starts it with a job, ends it as told, starts it again: the job is there, with the very same containers. */
const endAndStart = async (dev: TestDev, end: () => Promise<void>): Promise<void> => {
  await dev.service.start()
  const first = await dev.session()
  await first.submit(sleeper('web', { replicas: 3 }))
  await first.log.running('web', 3)
  const before = await runningIds(dev, first)
  await end()
  assert.equal(await runningIds(dev, first), before)
  await dev.service.start()
  const second = await dev.session()
  assert.is(second.connection.log.cluster, first.connection.log.cluster)
  await second.submit(sleeper('later'))
  await second.log.running('later', 1)
  await second.log.running('web', 3)
  const after = await runningIds(dev, second)
  assert.equal(
    after.filter((container) => container.startsWith('web.')),
    before,
  )
  assert.is(second.log.all('TaskStarted').filter(({ data }) => data.job === 'web').length, 3)
}

test('by kill -9: the next one is not held up by what it left, and adopts its containers', ({ engine }) =>
  withDev(engine.socketPath, (dev) => endAndStart(dev, () => dev.service.kill())))

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  test(`by ${signal}: in order, with exit code 0, and the next one adopts its containers`, ({ engine }) =>
    withDev(engine.socketPath, (dev) =>
      endAndStart(dev, async () => {
        assert.is(await dev.service.end(signal), 0)
      }),
    ))
}

test('by the death of its nats-server: it says so and ends soon, and the next one adopts its containers', ({
  engine,
}) =>
  withDev(engine.socketPath, (dev) =>
    endAndStart(dev, async () => {
      const ended = dev.service.ended()
      process.kill(Number(readFileSync(join(dev.service.dir, 'data', 'nats', 'server.pid'), 'utf8')), 'SIGKILL')
      assert.is(await ended, 1)
      assert.match(dev.service.log(), /the nats-server ended by itself/)
    }),
  ))

test.run()

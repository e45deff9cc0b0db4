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

/** Of the job that everything is done to. */
const runningIds = async ({ engine }: TestDev, { connection }: DevSession): Promise<string[]> => {
  const containers = await dockerContainers(engine, connection.log.cluster)
  const ofWeb = containers.filter(({ running, instance }) => running && instance.startsWith('web.'))
  return ofWeb.map(({ instance, id }) => `${instance} ${id}`).sort()
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
  assert.equal(await runningIds(dev, second), before)
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

test('by kill -9 after its nats-server was killed, too, and came back: jobs go on, the next one adopts their containers', ({
  engine,
}) =>
  withDev(engine.socketPath, (dev) =>
    endAndStart(dev, async () => {
      process.kill(Number(readFileSync(join(dev.service.dir, 'data', 'nats', 'server.pid'), 'utf8')), 'SIGKILL')
      const { submitSurely, log } = await dev.session()
      await submitSurely(sleeper('meanwhile'), 60_000)
      await log.running('meanwhile', 1, 60_000)
      assert.match(dev.service.log(), /ended by itself, and is started again/)
      await dev.service.kill()
    }),
  ))

test.run()

import * as E from 'fp-ts/Either'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { NO_RESOURCES } from '#libs/kernel'
import { ensureTestImage, type PrivateDocker, startPrivateDocker } from '#libs/testing'
import { listener, must, mustFail } from '../../testing/driver/tools'
import type { ContainerSpec, Driver } from '../port'
import { dockerDriver } from '.'

interface Context {
  engine: PrivateDocker
  driver: Driver
}

const owner = { cluster: 'outage', worker: 'w1' }
const sleeper = (job: string, image: string): ContainerSpec => ({
  ref: { job, task: 'api', index: 0, attempt: 1, placement: 1 },
  owner,
  image,
  env: {},
  resources: NO_RESOURCES,
  ports: [],
  stopSignal: 'SIGTERM',
  imageHealth: true,
})

const test = suite<Context>('docker driver, engine lost')

test.before(async (context) => {
  const started = await startPrivateDocker({ liveRestore: true })
  if (E.isLeft(started)) throw new Error(started.left)
  context.engine = started.right
  const timeouts = { callMs: 1_000, startMs: 2_000, pullIdleMs: 1_000, pingMs: 500 }
  context.driver = dockerDriver({ socketPath: started.right.socketPath, timeouts })
})
test.after(({ engine }) => engine.remove())

test('tells once that the engine is gone, and to list again when it is back', async ({ engine, driver }) => {
  const image = await ensureTestImage(engine.client())
  const wanted = sleeper('killed', image)
  const { id } = await must(driver.run(wanted))
  const heard = listener(driver, owner)
  try {
    await heard.seen(({ tag }) => tag === 'Resync')
    await engine.kill()
    await heard.seen(({ tag }) => tag === 'Unreachable')
    assert.is((await mustFail(driver.list(owner))).tag, 'Unreachable')
    assert.is((await mustFail(driver.run(wanted))).tag, 'Unreachable')
    assert.ok(E.isRight(await engine.start()))
    await heard.seen((event) => event.tag === 'Resync' && event !== heard.events[0], 30_000)
    assert.equal(
      heard.events.map(({ tag }) => tag),
      ['Resync', 'Unreachable', 'Resync'],
    )
    assert.is((await must(driver.run(wanted))).id, id)
    await must(driver.remove(wanted.ref))
    await heard.seen(heard.of('Removed', wanted.ref))
  } finally {
    heard.close()
  }
})

test('gives up in bounded time on an engine that hangs, and goes on when it answers', async ({ engine, driver }) => {
  const image = await ensureTestImage(engine.client())
  const wanted = sleeper('hung', image)
  const heard = listener(driver, owner)
  try {
    await heard.seen(({ tag }) => tag === 'Resync')
    engine.pause()
    await heard.seen(({ tag }) => tag === 'Unreachable', 3_000)
    const calls = [
      driver.check(),
      driver.list(owner),
      driver.run(wanted),
      driver.stop(wanted.ref, 'SIGTERM', 100),
      driver.remove(wanted.ref),
      driver.usage(owner),
      driver.hasImage(image),
      driver.pull(image, () => undefined),
    ]
    const from = Date.now()
    for (const call of calls) assert.is((await mustFail<unknown>(call)).tag, 'Unreachable')
    assert.ok(Date.now() - from < 4_000, `${Date.now() - from} ms`)
    engine.resume()
    await heard.seen((event) => event.tag === 'Resync' && event !== heard.events[0])
    assert.is((await must(driver.run(wanted))).state, 'running')
  } finally {
    engine.resume()
    heard.close()
  }
})

test.run()

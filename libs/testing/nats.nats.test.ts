import { existsSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { connect } from 'nats'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { startTestNats, startTestNatsCluster, withNats } from './nats'

const untilItWorks = async <T>(action: () => Promise<T>): Promise<T> => {
  for (const giveUp = Date.now() + 30_000; ; ) {
    try {
      return await action()
    } catch (error) {
      if (Date.now() > giveUp) throw error
      await sleep(50)
    }
  }
}

test('a nats-server for a test has JetStream on disk, which outlives a kill -9 on the same port', async () => {
  await withNats(async (nats) => {
    const before = await connect({ servers: nats.url })
    await (await before.jetstreamManager()).streams.add({ name: 'S', subjects: ['s'] })
    await before.jetstream().publish('s', 'kept')
    await before.close()
    await nats.kill()
    await nats.start()
    const after = await connect({ servers: nats.url })
    const { state } = await (await after.jetstreamManager()).streams.info('S')
    assert.is(state.messages, 1)
    await after.close()
  })
})

test('two of them run side by side, and nothing is left of a stopped one', async () => {
  const [one, two] = await Promise.all([startTestNats(), startTestNats({ sync: true })])
  assert.is.not(one.port, two.port)
  await Promise.all([one.stop(), two.stop()])
  assert.not(existsSync(one.dir))
  assert.throws(() => process.kill(two.pid(), 0), /ESRCH/)
})

test('it ends with a body that throws', async () => {
  let dir = ''
  const failing = withNats(async (nats) => {
    dir = nats.dir
    throw new Error('of the body')
  })
  await failing.then(assert.unreachable, (error) => assert.match(error.message, 'of the body'))
  assert.not(existsSync(dir))
})

test('a cluster keeps what a majority has while a member is killed and comes back', async () => {
  const cluster = await startTestNatsCluster()
  const client = await connect({ servers: cluster.url.split(',') })
  try {
    const manager = await client.jetstreamManager()
    // A leader may be there before it knows of three members, and then refuses three replicas.
    await untilItWorks(() => manager.streams.add({ name: 'S', subjects: ['s'], num_replicas: 3 }))
    const [victim] = cluster.servers
    victim?.kill('SIGKILL')
    await victim?.exited
    // Until the others have elected a leader the answer is 503.
    await untilItWorks(() => client.jetstream().publish('s', 'kept', { msgID: 'once' }))
    await cluster.restart(0)
    assert.is((await untilItWorks(() => manager.streams.info('S'))).state.messages, 1)
  } finally {
    await client.close()
    await cluster.stop()
  }
})

test.run()

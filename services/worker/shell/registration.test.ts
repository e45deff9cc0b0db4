import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { simulatedDriver } from '#libs/drivers'
import { type EventOf, stamp } from '#libs/events'
import { NO_RESOURCES } from '#libs/kernel'
import { createMemoryLog } from '#libs/log'
import { createLogger } from '#libs/runtime'
import { registered } from '../../../libs/testing/happenings'
import { Worker } from './worker'

/** A worker that starts while its engine is silent, on a log whose deliveries can be held back. */
const startedInSilence = async () => {
  const held: (() => void)[] = []
  let isHeld = false
  const { log, bus, objects, store } = createMemoryLog({
    schedule: (task) => (isHeld ? void held.push(task) : queueMicrotask(task)),
  })
  const engine = simulatedDriver()
  engine.setReachable(false)
  const worker = new Worker({
    connection: { prefix: 'ork', log, bus, objects, onStatus: () => {}, close: async () => {} },
    name: 'w1',
    version: '1',
    host: 'h1',
    labels: {},
    drivers: [engine],
    capacity: NO_RESOURCES,
    measureUse: async () => NO_RESOURCES,
    logger: createLogger('w1', 'silent'),
  })
  await worker.start()
  const told = (): EventOf<'WorkerRegistered'>['data'][] => {
    const all = Array.from({ length: store.lastSeq }, (_, at) => store.at(at + 1)?.entry.event)
    return all.flatMap((event) => (event?.type === 'WorkerRegistered' ? [event.data] : []))
  }
  /** Once what is asked for is so; looked at after every write. */
  const until = (isSo: () => boolean): Promise<void> =>
    new Promise((resolve) => {
      const look = (): void => (isSo() ? resolve() : undefined)
      store.onWrite(look)
      look()
    })
  const hold = (): void => {
    isHeld = true
  }
  const release = (): void => {
    isHeld = false
    for (const task of held.splice(0)) task()
  }
  return { worker, engine, log, told, until, hold, release }
}

test('a worker tells of an engine that was silent while it started once that answers, and is not its own successor', async () => {
  const { worker, engine, told, until } = await startedInSilence()
  assert.equal(
    told().map(({ engines }) => engines),
    [{}],
  )
  engine.setReachable(true)
  await until(() => told().length === 2)
  await new Promise((resolve) => setImmediate(resolve))
  assert.equal(told()[1]?.engines, { simulated: 'simulated 0' })
  assert.is(worker.view.successor, null)
  assert.is(worker.view.cluster.workers.get('w1')?.state, 'ready')
  await worker.stop()
})

test('though what the log told of it is in the archive by now, and all since was about others', async () => {
  const { worker, engine, log, told, until } = await startedInSilence()
  await log.append([{ event: stamp(registered('w2'), { id: 'w2', source: 'worker/w2', time: 1 }) }])
  await log.purge(await log.lastSeq(), { host: 'here', dir: '/archive' })
  engine.setReachable(true)
  await until(() => told().length === 1)
  assert.equal(told()[0]?.engines, { simulated: 'simulated 0' })
  await worker.stop()
})

test('one that was succeeded, and has yet to hear of it, does not take the name back', async () => {
  const { worker, engine, log, told, hold, release } = await startedInSilence()
  hold()
  await log.append([{ event: stamp(registered('w1'), { id: 'another', source: 'worker/w1', time: 1 }) }])
  engine.setReachable(true)
  await new Promise((resolve) => setTimeout(resolve, 50)) // as long as an answer and a write take, many times over
  assert.is(told().length, 2, 'its own and that of the other')
  release()
  assert.is((await worker.ended).tag, 'NameLost')
  assert.is(told().length, 2)
  await worker.stop()
})

test.run()

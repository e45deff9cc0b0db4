import { setTimeout as pause } from 'node:timers/promises'
import { connect as connectNats } from 'nats'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Connection } from '#libs/log'
import { mustConnect } from '../../testing/jetStream'
import { seqsOf } from '../../testing/log/tools'
import { aFact } from '../../testing/logEvents'
import { startTestNats, type TestNats } from '../../testing/nats'

interface Context {
  nats: TestNats
  connection: Connection
}

const test = suite<Context>('a log that cannot be followed any further')

test.before.each(async (context) => {
  context.nats = await startTestNats()
  context.connection = await mustConnect({ servers: context.nats.url })
  for (let index = 0; index < 5; index += 1) await context.connection.log.append([{ event: aFact(index) }])
})
test.after.each(async ({ nats, connection }) => {
  await connection.close()
  await nats.stop()
})

/** Follows from a sequence until what is there was handed on. */
const follow = async ({ log }: Connection, from: number) => {
  const seen: number[] = []
  const following = log.follow({ from, onEntries: (entries) => void seen.push(...entries.map(({ seq }) => seq)) })
  await following.caughtUp.catch(() => undefined)
  return { seen, following }
}

test('what comes next was archived: that is said, and nothing behind it is handed on', async ({ connection }) => {
  await connection.log.purge(3, { host: 'h', dir: '/d' })
  const { seen, following } = await follow(connection, 2)
  const { tag, what } = await following.broken
  assert.is(tag, 'LogArchived')
  assert.match(what, /events 2 to 3 are no longer in the log/)
  assert.equal(seen, [])
})

for (const from of [1, 6])
  test(`the stream is deleted and made again: who follows from ${from} is told, though no connection was lost`, async (context) => {
    const { nats, connection } = context
    const { following } = await follow(connection, from)
    const admin = await connectNats({ servers: nats.url })
    await (await admin.jetstreamManager()).streams.delete('ORK_EVENTS')
    await admin.close()
    const another = await mustConnect({ servers: nats.url })
    assert.is((await following.broken).tag, 'LogLostEvents')
    assert.is.not((await connection.log.info()).cluster, connection.log.cluster)
    await another.close()
  })

test('what was archived and is not what a follower wants does not break it when it comes back', async ({
  nats,
  connection,
}) => {
  const seen: number[] = []
  const queries = [{ job: 'other' }]
  const following = connection.log.follow({ from: 1, queries, onEntries: (all) => void seen.push(...seqsOf(all)) })
  await following.caughtUp
  await pause(3_000) // the server says each second how far it has looked
  await connection.log.purge(4, { host: 'h', dir: '/d' })
  await nats.kill()
  await nats.start()
  await connection.log.append([{ event: aFact(9, 'other') }])
  const broken = following.broken.then(({ what }) => what)
  for (let tries = 0; seen.length === 0 && tries < 300; tries += 1)
    assert.is(await Promise.race([broken, pause(100)]), undefined)
  assert.equal(seen, [6])
  await following.stop()
})

test('a reconnect by itself breaks nothing', async ({ nats, connection }) => {
  const { seen, following } = await follow(connection, 1)
  await nats.kill()
  await nats.start()
  await connection.log.append([{ event: aFact(9) }])
  for (let tries = 0; seen.length < 6 && tries < 300; tries += 1) await pause(100)
  assert.equal(seen, [1, 2, 3, 4, 5, 6])
  await following.stop()
})

test.run()

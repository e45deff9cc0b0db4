import { setTimeout as pause } from 'node:timers/promises'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Connection } from '#libs/log'
import type { NatsCluster, NatsServer } from '#libs/nats-server'
import { untilWhole } from '../../libs/testing/cluster'
import { mustConnect } from '../../libs/testing/jetStream'
import { assertStored, writing } from '../../libs/testing/log/writing'
import { startTestNatsCluster } from '../../libs/testing/nats'
import { FULL, tell } from './figures'

interface Context {
  cluster: NatsCluster
  connection: Connection
}

/** How long a server stands still: longer than an answer is waited for, and than the others wait before they elect. */
const STALL_MS = FULL ? 30_000 : 12_000

const test = suite<Context>('three servers that sync every write')

test.before(async (context) => {
  context.cluster = await startTestNatsCluster({ sync: true })
  context.connection = await mustConnect({
    servers: context.cluster.url,
    replicas: 3,
    sync: 'always',
    waitMs: 30_000,
  })
})
test.after(async ({ cluster, connection }) => {
  await connection.close()
  await cluster.stop()
})

const leaderOf = async ({ cluster, connection }: Context): Promise<readonly [NatsServer, number]> => {
  for (;;) {
    const { leader } = await connection.log.info()
    const index = cluster.servers.findIndex(({ name }) => name === leader)
    const server = cluster.servers[index]
    if (server !== undefined) return [server, index]
    await pause(100) // they are electing one
  }
}

test("kill -9 of the stream's leader: nothing acknowledged is lost, and writes go on", async (context) => {
  const { cluster, connection } = context
  const writes = writing(connection)
  await writes.more(300)
  const [server, index] = await leaderOf(context)
  server.kill('SIGKILL')
  await server.exited
  await writes.more(300)
  await cluster.restart(index)
  const done = await writes.stop()
  await assertStored(connection, done)
  const { longestMs } = done
  tell("kill -9 of the stream's leader server", { acknowledged: done.written.length, lost: 0, twice: 0, longestMs })
  if (FULL) assert.ok(longestMs < 10_000, `writes stood still for ${longestMs} ms`)
  await untilWhole(context.connection)
})

test("SIGSTOP of the stream's leader during publishes: what timed out and was stored is not written twice", async (context) => {
  const { connection } = context
  const writes = writing(connection)
  await writes.more(300)
  const [server] = await leaderOf(context)
  server.kill('SIGSTOP')
  await pause(STALL_MS)
  server.kill('SIGCONT')
  await writes.more(300)
  const done = await writes.stop()
  await assertStored(connection, done)
  const { longestMs } = done
  tell("SIGSTOP of the stream's leader server", {
    stalledMs: STALL_MS,
    acknowledged: done.written.length,
    twice: 0,
    longestMs,
  })
  await untilWhole(context.connection)
})

test('two of three are away: nothing is acknowledged and nothing lost, until one is back', async (context) => {
  const { cluster, connection } = context
  const writes = writing(connection)
  await writes.more(300)
  const [, index] = await leaderOf(context)
  const away = [index, (index + 1) % 3]
  const gone = away.flatMap((at) => cluster.servers[at] ?? [])
  for (const server of gone) server.kill('SIGKILL')
  await Promise.all(gone.map(({ exited }) => exited))
  const stood = await writes.atRest()
  await pause(FULL ? 30_000 : 1_000)
  assert.is(await writes.atRest(), stood)
  const [first = 0, second = 0] = away
  await cluster.restart(first)
  await writes.more(300)
  await cluster.restart(second)
  const done = await writes.stop()
  await assertStored(connection, done)
  const { longestMs } = done
  tell('two of three servers away', { acknowledged: done.written.length, lost: 0, twice: 0, longestMs })
  await untilWhole(context.connection)
})

test('kill -9 of all three at once: nothing acknowledged is lost', async (context) => {
  const { cluster, connection } = context
  const writes = writing(connection)
  await writes.more(300)
  const killed = [...cluster.servers]
  for (const server of killed) server.kill('SIGKILL')
  await Promise.all(killed.map(({ exited }) => exited))
  await Promise.all(killed.map((_, index) => cluster.restart(index)))
  await writes.more(300)
  const done = await writes.stop()
  await assertStored(connection, done)
  const { longestMs } = done
  tell('kill -9 of all three servers', { acknowledged: done.written.length, lost: 0, twice: 0, longestMs })
})

test.run()

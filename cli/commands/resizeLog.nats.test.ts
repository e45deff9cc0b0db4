import * as E from 'fp-ts/Either'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Append, AppendResult, Connection } from '#libs/log'
import type { NatsCluster } from '#libs/nats-server'
import { eventually } from '../../libs/testing/cluster'
import { mustConnect } from '../../libs/testing/jetStream'
import { aDecision, aFact } from '../../libs/testing/logEvents'
import { startTestNatsCluster, withNats } from '../../libs/testing/nats'
import { runOrk } from '../../libs/testing/ork'

/** Writes until it is stopped, and then tells what was written and what became of it. */
const writing = ({ log }: Connection) => {
  const written: { readonly item: Append; readonly result: AppendResult }[] = []
  let stopped = false
  const work = (async () => {
    for (let next = 0; !stopped; next += 50) {
      const items = Array.from({ length: 50 }, (_, at) =>
        at % 2 === 0 ? { event: aDecision(next + at), expect: 0 } : { event: aFact(at, 'other') },
      )
      const results = await log.append(items)
      for (const [at, item] of items.entries()) written.push({ item, result: results[at] as AppendResult })
    }
  })()
  return {
    stop: async () => {
      stopped = true
      await work
      return written
    },
  }
}

/** Kills one server that keeps a stream by itself, and has the others say so. */
const assertSaidWhoIsAway = async ({ servers, url }: NatsCluster, { log, bus }: Connection): Promise<void> => {
  const beats = (await log.streams()).find(({ name }) => name === 'ORK_HEARTBEATS')
  const keeper = servers[Number(beats?.leader?.split('-')[1]) - 1]
  keeper?.kill('SIGKILL')
  await keeper?.exited
  const othersAnswer = async () => E.isRight(await bus.request('$JS.API.INFO', {}, 2_000))
  await eventually('the other two have a leader', othersAnswer, 60_000)
  const status = await runOrk(['status'], { nats: url })
  assert.is(status.code, 1)
  assert.match(status.stderr, /stream ORK_(EVENTS|HEARTBEATS): nobody answers for it, though nats-servers answer/)
}

test('the log of a running cluster goes from one server to three and back under writes: acknowledged is stored, once; with one server away it is said of which stream', async () => {
  const cluster = await startTestNatsCluster()
  try {
    const connection = await mustConnect({ servers: cluster.url, replicas: 1, waitMs: 30_000 })
    const { log } = connection
    const load = writing(connection)
    const grown = await runOrk(['cluster', 'resize-log', '--replicas', '3'], { nats: cluster.url })
    assert.is(grown.code, 0, grown.stderr)
    assert.match(grown.stdout, /the log is kept on 3 servers, all up to date\n$/)
    const three = await log.streams()
    assert.ok(three.length >= 2)
    assert.ok(three.every(({ replicas, copies }) => replicas === 3 && copies.length === 2))
    const shrunk = await runOrk(['cluster', 'resize-log', '--replicas', '1', '--json'], { nats: cluster.url })
    assert.is(shrunk.code, 0, shrunk.stderr)
    assert.ok(JSON.parse(shrunk.stdout).streams.every((stream: { replicas: number }) => stream.replicas === 1))
    const written = await load.stop()
    const stored = new Map<number, string>()
    for await (const entries of log.read({ from: 1 })) {
      for (const { seq, event } of entries) if ('id' in event) stored.set(seq, event.id)
    }
    for (const { item, result } of written) {
      assert.is(result.tag, 'Stored')
      if (result.tag === 'Stored') assert.is(stored.get(result.seq), item.event.id)
    }
    assert.is(stored.size, written.length, 'nothing stands twice')
    await assertSaidWhoIsAway(cluster, connection)
    await connection.close()
  } finally {
    await cluster.stop()
  }
})

test('where there are too few servers nothing is changed, and it is said what is missing', () =>
  withNats(async ({ url }) => {
    const connection = await mustConnect({ servers: url })
    const run = await runOrk(['cluster', 'resize-log', '--replicas', '3'], { nats: url })
    assert.is(run.code, 1)
    assert.match(run.stderr, /3 replicas need 3 nats-servers, and this nats-server is no member of a cluster/)
    assert.is((await connection.log.streams())[0]?.replicas, 1)
    await connection.close()
  }))

test.run()

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Entry, OrkEvent } from '#libs/events'
import type { Append, AppendResult, Log } from '#libs/log'
import { type NatsCluster, startNatsCluster } from '#libs/nats-server'
import { mustConnect } from '../../testing/jetStream'
import { aDecision, aFact } from '../../testing/logEvents'

const withCluster = async (body: (cluster: NatsCluster) => Promise<void>): Promise<void> => {
  const dir = mkdtempSync(join(tmpdir(), 'ork-cluster-'))
  try {
    const cluster = await startNatsCluster({ dir, syncAlways: false })
    try {
      await body(cluster)
    } finally {
      await cluster.stop()
    }
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

/** Of the server that leads the stream, once one does: after a kill they may still be choosing. */
const leaderIndex = async (log: Log): Promise<number> => {
  for (;;) {
    const { leader } = await log.info()
    const number = Number(leader?.split('-').at(-1))
    if (number > 0) return number - 1
    await sleep(50)
  }
}

const idOf = ({ event }: Entry): string => (event as OrkEvent).id

test('three servers, their leader killed twice under writes: nothing lost, nothing twice, followers see all once', () =>
  withCluster(async (cluster) => {
    const writer = await mustConnect({ servers: cluster.url, replicas: 3, waitMs: 30_000 })
    const reader = await mustConnect({ servers: cluster.url })
    assert.is((await writer.log.info()).replicas, 3)
    assert.is(reader.log.cluster, writer.log.cluster)
    const seen: Entry[] = []
    const following = reader.log.follow({ from: 1, onEntries: (entries) => seen.push(...entries) })
    const filtered: number[] = []
    const queries = [{ type: 'TaskLost' }]
    const other = reader.log.follow({
      from: 1,
      queries,
      onEntries: (entries) => filtered.push(...entries.map(({ seq }) => seq)),
    })
    let done = false
    const killing = (async () => {
      for (let round = 0; round < 2; round += 1) {
        await sleep(500)
        const leader = await leaderIndex(reader.log)
        cluster.servers[leader]?.kill('SIGKILL')
        await cluster.servers[leader]?.exited
        await sleep(500)
        await cluster.restart(leader)
      }
      done = true
    })()
    const written: { readonly item: Append; readonly result: AppendResult }[] = []
    for (let next = 0; !done; next += 200) {
      const items = Array.from({ length: 200 }, (_, at) =>
        at % 2 === 0 ? { event: aDecision(next + at), expect: 0 } : { event: aFact(at, 'other') },
      )
      const results = await writer.log.append(items)
      for (const [at, item] of items.entries()) written.push({ item, result: results[at] as AppendResult })
    }
    await killing
    const last = await writer.log.lastSeq()
    while (seen.length < last) await sleep(20)
    assert.equal(
      seen.map(({ seq }) => seq),
      Array.from({ length: last }, (_, at) => at + 1),
    )
    assert.is(new Set(seen.map(idOf)).size, last, 'no event stands twice')
    for (const { item, result } of written) {
      assert.is(result.tag, 'Stored')
      if (result.tag === 'Stored') assert.is(seen[result.seq - 1]?.event.type, item.event.type)
      if (result.tag === 'Stored') assert.is(idOf(seen[result.seq - 1] as Entry), item.event.id)
    }
    assert.is(written.length, last)
    const decisions = seen.filter(({ event }) => event.type === 'TaskLost').map(({ seq }) => seq)
    while (filtered.length < decisions.length) await sleep(20)
    assert.equal(filtered, decisions)
    await Promise.all([following.stop(), other.stop()])
    await Promise.all([writer.close(), reader.close()])
  }))

test('on three servers, of many who decide on the same view one is stored; batches stand together', () =>
  withCluster(async (cluster) => {
    const first = await mustConnect({ servers: cluster.url, replicas: 3, sync: 'always', waitMs: 30_000 })
    const second = await mustConnect({ servers: cluster.url })
    for (let round = 0; round < 200; round += 1) {
      const both = await Promise.all(
        [first, second].map(({ log }) => log.append([{ event: aDecision(round), expect: 0 }])),
      )
      assert.equal(
        both
          .flat()
          .map(({ tag }) => tag)
          .sort(),
        ['Conflict', 'Stored'],
        `round ${round}`,
      )
    }
    const groups = await Promise.all(
      [first, second].map(({ log }) =>
        log.append(Array.from({ length: 400 }, (_, at) => ({ event: aDecision(1_000 + at), expect: 0 }))),
      ),
    )
    const outcomes = groups.flat().map(({ tag }) => tag)
    assert.is(outcomes.filter((tag) => tag === 'Stored').length, 400)
    assert.is(outcomes.filter((tag) => tag === 'Conflict').length, 400)
    const before = await first.log.lastSeq()
    const together = [aDecision(5_000), aDecision(5_000), aFact(5_001), aDecision(5_001)]
    const result = await first.log.appendTogether(together.map((event) => ({ event, expect: 0 })))
    assert.equal(result, { tag: 'Stored', seq: before + 4 })
    await Promise.all([first.close(), second.close()])
  }))

test('a decision that was sent again while it waited for its replicas is told as stored, not as refused by itself', () =>
  withCluster(async (cluster) => {
    const any = await mustConnect({ servers: cluster.url, replicas: 3, waitMs: 30_000 })
    const leader = cluster.servers[await leaderIndex(any.log)]
    const { log, close } = await mustConnect({ servers: leader?.url ?? '' })
    const followers = cluster.servers.filter((server) => server !== leader)
    for (const follower of followers) follower.kill('SIGSTOP')
    const appending = log.append([{ event: aDecision(1), expect: 0 }])
    await sleep(2_500) // longer than an answer is waited for
    for (const follower of followers) follower.kill('SIGCONT')
    assert.equal(await appending, [{ tag: 'Stored', seq: 1 }])
    assert.is(await log.lastSeq(), 1)
    await Promise.all([any.close(), close()])
  }))

test.run()

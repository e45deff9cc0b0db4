import { cpSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { connect as connectNats } from 'nats'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Entry, OrkEvent } from '#libs/events'
import type { Append, AppendResult, Connection, Log } from '#libs/log'
import { mustConnect } from '../../testing/jetStream'
import { aDecision, aFact } from '../../testing/logEvents'
import { type TestNats, withNats } from '../../testing/nats'
import { append } from './append'
import { Link } from './link'
import { ensureStreams } from './streams'
import { Writer } from './writer'

const withLog = (
  sync: 'always' | 'relaxed',
  body: (nats: TestNats, connection: Connection) => Promise<void>,
): Promise<void> =>
  withNats(
    async (nats) => {
      const connection = await mustConnect({ servers: nats.url, sync })
      try {
        await body(nats, connection)
      } finally {
        nats.resume()
        await connection.close()
      }
    },
    { sync: sync === 'always' },
  )

/** Appends in calls of `size`, four at a time, until told to stop; then resolves with what was written and its outcome. */
const writeUntil = async (log: Log, size: number, stop: () => boolean, itemOf: (at: number) => Append) => {
  const written: { readonly item: Append; readonly result: AppendResult }[] = []
  let next = 0
  const lane = async (): Promise<void> => {
    while (!stop()) {
      const items = Array.from({ length: size }, (_, at) => itemOf(next + at))
      next += size
      const results = await log.append(items)
      for (const [at, item] of items.entries()) written.push({ item, result: results[at] as AppendResult })
    }
  }
  await Promise.all([lane(), lane(), lane(), lane()])
  return written
}

/** Longer than an answer is waited for, so that every publish is sent again. */
const HANG_MS = 2_500

const idOf = ({ event }: Entry): string => (event as OrkEvent).id

const readAll = async (log: Log): Promise<Entry[]> => {
  const all: Entry[] = []
  for await (const entries of log.read({ from: 1 })) all.push(...entries)
  return all
}

/** Nothing acknowledged is missing, nothing stands twice, each stands where it was said to. */
const assertExact = async (log: Log, written: readonly { item: Append; result: AppendResult }[]): Promise<void> => {
  const entries = await readAll(log)
  assert.is(new Set(entries.map(idOf)).size, entries.length, 'no event stands twice')
  const bySeq = new Map(entries.map((entry) => [entry.seq, idOf(entry)]))
  for (const { item, result } of written) {
    assert.is(result.tag, 'Stored')
    if (result.tag === 'Stored') assert.is(bySeq.get(result.seq), item.event.id)
  }
  assert.is(entries.length, written.length)
}

const decisionAt = (at: number): Append => ({ event: aDecision(at), expect: 0 })
const factAt = (at: number): Append => ({ event: aFact(at % 40) })

for (const sync of ['relaxed', 'always'] as const) {
  for (const [kind, itemOf] of [
    ['decisions', decisionAt],
    ['facts', factAt],
  ] as const) {
    test(`a server killed and restarted under ${kind} (${sync}): nothing lost, nothing twice, followers see all once`, () =>
      withLog(sync, async (nats, { log }) => {
        const seen: number[] = []
        const following = log.follow({ from: 1, onEntries: (entries) => seen.push(...entries.map(({ seq }) => seq)) })
        let kills = 0
        const killing = (async () => {
          for (; kills < 2; kills += 1) {
            await sleep(300)
            await nats.kill()
            await nats.start()
          }
          await sleep(300)
          kills += 1
        })()
        const written = await writeUntil(log, 300, () => kills > 2, itemOf)
        await killing
        await assertExact(log, written)
        const last = await log.lastSeq()
        while (seen.length < last) await sleep(10)
        assert.equal(
          seen,
          Array.from({ length: last }, (_, at) => at + 1),
        )
        await following.stop()
      }))
  }

  test(`a server that hangs until publishes time out (${sync}): each is stored once and told as Stored`, () =>
    withLog(sync, async (nats, { log }) => {
      const items = Array.from({ length: 500 }, (_, at) => (at % 2 === 0 ? decisionAt(at) : factAt(at + 10_000)))
      nats.pause()
      const appending = log.append(items)
      await sleep(HANG_MS)
      nats.resume()
      const results = await appending
      await assertExact(
        log,
        items.map((item, at) => ({ item, result: results[at] as AppendResult })),
      )
    }))
}

test('a batch whose commit was not answered is written once, and together', () =>
  withLog('relaxed', async (nats, { log }) => {
    const items = Array.from({ length: 200 }, (_, at) => ({ event: aDecision(at), expect: 0 }))
    nats.pause()
    const appending = log.appendTogether(items)
    await sleep(HANG_MS)
    nats.resume()
    assert.equal(await appending, { tag: 'Stored', seq: 200 })
    assert.equal(
      (await readAll(log)).map(idOf),
      items.map(({ event }) => event.id),
    )
  }))

test('a batch of facts whose commit was not answered is written once', () =>
  withLog('relaxed', async (nats, { log }) => {
    const items = Array.from({ length: 20 }, (_, at) => ({ event: aFact(at % 3) }))
    nats.pause()
    const appending = log.appendTogether(items)
    await sleep(HANG_MS)
    nats.resume()
    assert.equal(await appending, { tag: 'Stored', seq: 20 })
    assert.is((await readAll(log)).length, 20)
  }))

test('a follower whose log comes back as an older one, in which others write on, is told that events were lost', () =>
  withLog('relaxed', async (nats, { log }) => {
    const store = join(nats.dir, 'jetstream')
    const old = join(nats.dir, 'old')
    const seen: number[] = []
    const following = log.follow({ from: 1, onEntries: (entries) => seen.push(...entries.map(({ seq }) => seq)) })
    await log.append([factAt(1)])
    await nats.kill()
    cpSync(store, old, { recursive: true })
    await nats.start()
    await log.append([factAt(2)])
    while (seen.length < 2) await sleep(20)
    await nats.kill()
    rmSync(store, { recursive: true })
    cpSync(old, store, { recursive: true })
    await nats.start()
    await log.append([factAt(3)])
    const why = await following.broken
    assert.is(why.tag, 'LogLostEvents')
    assert.match(why.what, /event 2 /)
    await following.stop()
  }))

test('a follower whose consumer is deleted goes on without a gap or a repeat', () =>
  withLog('relaxed', async (nats, { log }) => {
    const admin = await connectNats({ servers: nats.url })
    const manager = await admin.jetstreamManager()
    const seen: number[] = []
    const following = log.follow({ from: 1, onEntries: (entries) => seen.push(...entries.map(({ seq }) => seq)) })
    await following.caughtUp
    for (let round = 0; round < 5; round += 1) {
      const writing = log.append(Array.from({ length: 2_000 }, (_, at) => factAt(at)))
      for await (const { name } of manager.consumers.list('ORK_EVENTS')) {
        await manager.consumers.delete('ORK_EVENTS', name).catch(() => {})
      }
      await writing
    }
    while (seen.length < 10_000) await sleep(10)
    assert.equal(
      seen,
      Array.from({ length: 10_000 }, (_, at) => at + 1),
    )
    await following.stop()
    await admin.close()
  }))

test('a message that is no event takes its place as unreadable, with its path', () =>
  withLog('relaxed', async (nats, { log }) => {
    const admin = await connectNats({ servers: nats.url })
    await admin.request('ork.events.task.web.api.0.w1.TaskStarted', 'not json')
    await admin.close()
    await log.append([factAt(1)])
    const [broken, whole] = await readAll(log)
    assert.is(broken?.event.type, 'Unreadable')
    assert.is(broken?.event.type === 'Unreadable' && broken.event.path, 'events.task.web.api.0.w1.TaskStarted')
    assert.is(whole?.event.type, 'TaskCompleted')
    assert.equal(await log.at(1), broken)
  }))

test('closing while the server is gone rejects what is unknown, soon', () =>
  withLog('relaxed', async (nats, connection) => {
    await nats.kill()
    const appending = connection.log.append([factAt(0)])
    const failed = appending.then(
      () => false,
      (cause: Error) => /closed before the outcome was known/.test(cause.message),
    )
    await sleep(100)
    await connection.close()
    assert.ok(await failed)
    await nats.start()
  }))

test('a wall clock that is set back keeps nobody waiting: how long something takes is measured on the monotonic one', () =>
  withNats(async (nats) => {
    const nc = await connectNats({ servers: nats.url })
    const link = new Link(nc, 'ork', 1)
    const writer = new Writer(link, await ensureStreams(link, {}))
    nats.pause()
    const wallClock = Date.now
    try {
      const appending = append(link, writer, [factAt(0)])
      const outcome = appending.then(
        ([result]) => result?.tag,
        (cause: Error) => cause.message,
      )
      const closing = writer.close(200)
      Date.now = () => wallClock() - 3_600_000
      await closing
      // It may have been answered before the server stood still. Going by the wall clock, `closing` would take an hour.
      assert.match(String(await outcome), /^Stored$|closed before the outcome was known/)
    } finally {
      Date.now = wallClock
      nats.resume()
      await nc.close()
    }
  }))

test.run()

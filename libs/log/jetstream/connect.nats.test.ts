import { once } from 'node:events'
import { createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import * as E from 'fp-ts/Either'
import { connect as connectNats } from 'nats'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { OrkFailure } from '#libs/kernel'
import { connect } from '#libs/log'
import { permissionsFor } from '#libs/nats-server'
import { mustConnect } from '../../testing/jetStream'
import { aFact, aWish } from '../../testing/logEvents'
import { withNats } from '../../testing/nats'

test('ten services that start at once on an empty server agree on one log', () =>
  withNats(async (nats) => {
    const connections = await Promise.all(
      Array.from({ length: 10 }, (_, at) => mustConnect({ servers: nats.url, sync: at === 0 ? 'always' : 'relaxed' })),
    )
    assert.is(new Set(connections.map(({ log }) => log.cluster)).size, 1)
    await Promise.all(connections.map((connection) => connection.close()))
  }))

test('who only asks creates nothing: without a log it is told so', () =>
  withNats(async (nats) => {
    const early = await connect({ servers: nats.url, name: 'cli', create: false })
    assert.is(E.isLeft(early) && early.left.tag, 'NoLog')
    const manager = await mustConnect({ servers: nats.url })
    const late = await mustConnect({ servers: nats.url, create: false })
    assert.is(late.log.cluster, manager.log.cluster)
    await Promise.all([manager.close(), late.close()])
  }))

test('a log keeps its identity over restarts; another prefix is another log', () =>
  withNats(async (nats) => {
    const first = await mustConnect({ servers: nats.url })
    await first.close()
    await nats.kill()
    await nats.start()
    const again = await mustConnect({ servers: nats.url })
    const other = await mustConnect({ servers: nats.url, prefix: 'other' })
    assert.is(again.log.cluster, first.log.cluster)
    assert.is.not(other.log.cluster, first.log.cluster)
    await other.log.append([{ event: aFact(0) }])
    assert.equal([await again.log.lastSeq(), await other.log.lastSeq()], [0, 1])
    await Promise.all([again.close(), other.close()])
  }))

test('signs of life need not be on the disk before they are acknowledged; those of an older log are kept as they are', () =>
  withNats(async (nats) => {
    const first = await mustConnect({ servers: nats.url, sync: 'always' })
    const admin = await connectNats({ servers: nats.url })
    const { streams } = await admin.jetstreamManager()
    const modeOf = async (name: string): Promise<unknown> =>
      (({ ...(await streams.info(name)).config }) as Readonly<Record<string, unknown>>).persist_mode
    assert.equal([await modeOf('ORK_EVENTS'), await modeOf('ORK_HEARTBEATS')], [undefined, 'async'])
    const { persist_mode: _, ...older } = { persist_mode: '', ...(await streams.info('ORK_HEARTBEATS')).config }
    await streams.delete('ORK_HEARTBEATS')
    await streams.add(older)
    const second = await mustConnect({ servers: nats.url })
    assert.is(await modeOf('ORK_HEARTBEATS'), undefined)
    await Promise.all([first.close(), second.close(), admin.close()])
  }))

test('no server within the time given is an error that says where and what to do', async () => {
  const result = await connect({ servers: 'nats://127.0.0.1:1', name: 'test', waitMs: 200 })
  assert.ok(E.isLeft(result))
  if (E.isLeft(result)) {
    assert.is(result.left.tag, 'Unreachable')
    assert.is(result.left.where, 'nats://127.0.0.1:1')
    assert.match(result.left.next ?? '', /ork dev/)
  }
})

test('a service may be started before its server', () =>
  withNats(async (nats) => {
    await nats.kill()
    const connecting = mustConnect({ servers: nats.url })
    await nats.start()
    const connection = await connecting
    assert.is(await connection.log.lastSeq(), 0)
    await connection.close()
  }))

test('of a server that hung while it was dialled no connection is left', () =>
  withNats(async (nats) => {
    const connection = await mustConnect({ servers: nats.url })
    await nats.kill()
    const dialled: Promise<unknown>[] = []
    const hung = createServer().listen(nats.port, '127.0.0.1')
    await new Promise<void>((resolve) =>
      hung.on('connection', (socket) => {
        dialled.push(once(socket.resume(), 'close')) // it takes all and says nothing
        if (dialled.length === 2) resolve() // the first was given up by then
      }),
    )
    hung.close()
    const back = new Promise<void>((resolve) => connection.onStatus((connected) => (connected ? resolve() : undefined)))
    await nats.start()
    await back
    const left = sleep(30_000, 'left', { ref: false })
    assert.is.not(await Promise.race([Promise.all(dialled), left]), 'left')
    assert.is(await connection.log.lastSeq(), 0)
    await connection.close()
  }))

test('a stream that is kept otherwise is refused, and the differences are named', () =>
  withNats(async (nats) => {
    const admin = await connectNats({ servers: nats.url })
    const manager = await admin.jetstreamManager()
    await manager.streams.add({ name: 'ORK_EVENTS', subjects: ['ork.events.>'], max_msgs: 10 })
    await admin.close()
    const result = await connect({ servers: nats.url, name: 'test' })
    assert.ok(E.isLeft(result))
    if (E.isLeft(result)) {
      assert.is(result.left.tag, 'StreamDiffers')
      for (const words of [/max_msgs is 10, wanted -1/, /allow_atomic/, /deny_delete/])
        assert.match(result.left.what, words)
    }
  }))

test('a stream that somebody changes while it is used says so; what nobody can change back keeps nobody from starting', () =>
  withNats(async (nats) => {
    const connection = await mustConnect({ servers: nats.url })
    const admin = await connectNats({ servers: nats.url })
    const manager = await admin.jetstreamManager()
    const { stream, differs } = await connection.log.info()
    assert.equal(differs, [])
    await manager.streams.update(stream, { max_msgs: 10, max_msg_size: 4_096 })
    assert.equal((await connection.log.info()).differs, [
      'max_msg_size is 4096, wanted -1',
      'max_msgs is 10, wanted -1',
    ])
    await manager.streams.update(stream, { max_msgs: -1, max_msg_size: -1, deny_purge: true } as object)
    const { differs: none, borne } = await connection.log.info()
    assert.equal([none, borne], [[], ['deny_purge is on: no past can be archived any more']])
    const place = { host: 'here', dir: '/archive' }
    const refused = await connection.log.purge(1, place).catch((cause: OrkFailure) => cause.error.tag)
    assert.is(refused, 'PurgeDenied')
    const again = await mustConnect({ servers: nats.url })
    await again.close()
    await admin.close()
    await connection.close()
  }))

test('what the server does not permit is Refused, not waited for', () => {
  const users = [
    { user: 'm', password: 'm', permissions: permissionsFor('manager', 'm1') },
    { user: 'w', password: 'w', permissions: permissionsFor('worker', 'w1') },
  ]
  return withNats(
    async (nats) => {
      const manager = await mustConnect({ servers: nats.url, user: 'm', pass: 'm' })
      const worker = await mustConnect({ servers: nats.url, user: 'w', pass: 'w' })
      const results = await worker.log.append([{ event: aFact(0) }, { event: aWish('web') }, { event: aFact(1) }])
      assert.equal(
        results.map(({ tag }) => tag),
        ['Stored', 'Refused', 'Stored'],
      )
      assert.match(results[1]?.tag === 'Refused' ? results[1].error.what : '', /permit/)
      await Promise.all([manager.close(), worker.close()])
      const stranger = await connect({ servers: nats.url, name: 'test', user: 'w', pass: 'wrong' })
      assert.ok(E.isLeft(stranger) && /authorization/i.test(stranger.left.what))
    },
    { users },
  )
})

test('an event that is too large for the server is Refused and the others are stored', () =>
  withNats(async (nats) => {
    const { log, close } = await mustConnect({ servers: nats.url, sync: 'always' })
    const many = Array.from({ length: 200 }, (_, at) => ({ event: aFact(at) }))
    const results = await log.append([...many, { event: aWish('web', 'x'.repeat(2_000_000)) }])
    assert.is(results.filter(({ tag }) => tag === 'Stored').length, 200)
    assert.is(results[200]?.tag, 'Refused')
    await close()
  }))

test('names that would change what the server reads are Refused', () =>
  withNats(async (nats) => {
    const { log, close } = await mustConnect({ servers: nats.url })
    const names = ['a b', 'a\r\nPUB x 0', '*', '>', '']
    const results = await log.append(names.map((name) => ({ event: aWish(name) })))
    assert.equal(
      results.map(({ tag }) => tag),
      names.map(() => 'Refused'),
    )
    const [bad] = await log.append([{ event: aFact(0, 'web', 'w1', 'id\r\nNats-Rollup: all') }])
    assert.is(bad?.tag, 'Refused')
    assert.is(await log.lastSeq(), 0)
    await close()
  }))

test.run()

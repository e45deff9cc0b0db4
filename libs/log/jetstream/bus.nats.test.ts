import { setTimeout as sleep } from 'node:timers/promises'
import * as E from 'fp-ts/Either'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { OrkFailure, orkError } from '#libs/kernel'
import { permissionsFor } from '#libs/nats-server'
import { busContract } from '../../testing/busContract'
import { mustConnect } from '../../testing/jetStream'
import { startTestNats, withNats } from '../../testing/nats'

busContract('NATS bus', {
  open: async () => {
    const nats = await startTestNats()
    const [client, server] = await Promise.all([1, 2].map(() => mustConnect({ servers: nats.url })))
    if (client === undefined || server === undefined) throw new Error('two connections were asked for')
    return {
      client: client.bus,
      server: server.bus,
      close: async () => {
        await Promise.all([client.close(), server.close()])
        await nats.stop()
      },
    }
  },
})

test('a stream whose connection is lost fails instead of waiting', () =>
  withNats(async (nats) => {
    const client = await mustConnect({ servers: nats.url })
    const server = await mustConnect({ servers: nats.url })
    async function* silent(signal: AbortSignal): AsyncGenerator<number> {
      yield 1
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))
    }
    const endpoints = [
      { name: 'silent', subject: 'ork.api.v1.silent', handle: (_: unknown, s: AbortSignal) => silent(s) },
    ]
    await server.bus.serve({ name: 'silent', version: '1.0.0', description: '', endpoints })
    let told: unknown
    try {
      for await (const _part of client.bus.requestStream('ork.api.v1.silent', {}, new AbortController().signal)) {
        void nats.kill()
      }
    } catch (cause) {
      told = cause
    }
    assert.ok(told instanceof OrkFailure && told.error.tag === 'Disconnected')
    await Promise.all([client.close(), server.close()])
  }))

test('services and listeners are back after the server was restarted, and it is told', () =>
  withNats(async (nats) => {
    const client = await mustConnect({ servers: nats.url })
    const server = await mustConnect({ servers: nats.url })
    const states: boolean[] = []
    server.onStatus((connected) => states.push(connected))
    const handle = async (payload: unknown) => ({ _tag: 'Right', right: payload }) as const
    const endpoints = [{ name: 'echo', subject: 'ork.api.v1.echo', handle }]
    await server.bus.serve({ name: 'echo', version: '1.0.0', description: '', endpoints })
    await nats.kill()
    await nats.start()
    for (;;) {
      const answer = await client.bus.request('ork.api.v1.echo', 7, 500)
      if (answer._tag === 'Right') break
      await sleep(50)
    }
    assert.equal(states, [false, true])
    await Promise.all([client.close(), server.close()])
  }))

test('a worker may answer all that workers are asked; what a login may not answer ends in words, not in its connection', () => {
  const users = [
    { user: 'w', password: 'w', permissions: permissionsFor('worker', 'w1') },
    { user: 'root', password: 'r' },
  ]
  return withNats(
    async (nats) => {
      const root = await mustConnect({ servers: nats.url, user: 'root', pass: 'r' })
      const worker = await mustConnect({ servers: nats.url, user: 'w', pass: 'w' })
      const serve = (subject: string) =>
        worker.bus.serve({
          name: 'test',
          version: '1.0.0',
          description: '',
          endpoints: [{ name: 'test', subject, handle: async () => ({ _tag: 'Right', right: subject }) as const }],
        })
      for (const subject of ['ork.api.v1.health', 'ork.api.v1.who.w1', 'ork.api.v1.logs.w1']) {
        const serving = await serve(subject)
        assert.equal(await root.bus.request(subject, {}, 10_000), { _tag: 'Right', right: subject })
        await serving.stop()
      }
      const refused = await serve('ork.api.v1.submit').catch((cause: unknown) => cause)
      assert.ok(refused instanceof OrkFailure && /does not permit this login to answer/.test(refused.error.what))
      assert.is((await worker.log.info()).lastSeq, 0)
      await Promise.all([root.close(), worker.close()])
    },
    { users },
  )
})

test('a service that loses its connection while it begins leaves nothing that answers', () =>
  withNats(async (nats) => {
    const [client, server] = await Promise.all([1, 2].map(() => mustConnect({ servers: nats.url })))
    if (client === undefined || server === undefined) throw new Error('two connections were asked for')
    const endpoints = [{ name: 'half', subject: 'ork.api.v1.half', handle: async () => E.right('here') }]
    const lost = new Promise<void>((resolve) => server.onStatus((connected) => (connected ? undefined : resolve())))
    await nats.kill()
    await lost
    for (const isListed of [true, false]) {
      const begun = server.bus.serve({ name: 'half', version: '1.0.0', description: '', isListed, endpoints })
      assert.is(await begun.catch(() => 'lost'), 'lost')
    }
    const back = [client, server].map(
      (one) => new Promise<void>((resolve) => one.onStatus((connected) => (connected ? resolve() : undefined))),
    )
    await nats.start()
    await Promise.all(back)
    const answer = await client.bus.request('ork.api.v1.half', {}, 30_000)
    assert.ok(E.isLeft(answer) && answer.left.tag === 'NoResponders')
    assert.equal(await client.bus.requestAll('$SRV.PING', {}, 30_000), [])
    await Promise.all([client.close(), server.close()])
  }))

test('what is not listed answers and refuses as any other, and is no micro service', () =>
  withNats(async (nats) => {
    const { bus, close } = await mustConnect({ servers: nats.url })
    const refusal = orkError('NotHere', 'not – here')
    const endpoints = [
      { name: 'yes', subject: 'ork.quiet.yes', handle: async () => E.right('yes') },
      { name: 'no', subject: 'ork.quiet.no', handle: async () => E.left(refusal) },
    ]
    const quiet = await bus.serve({ name: 'quiet', version: '1.0.0', description: '', isListed: false, endpoints })
    assert.equal(await bus.request('ork.quiet.yes', {}, 30_000), E.right('yes'))
    const refused = await bus.request('ork.quiet.no', {}, 30_000)
    assert.equal(E.isLeft(refused) && refused.left.refusal, refusal)
    assert.equal(await bus.requestAll('$SRV.PING', {}, 30_000), [])
    await quiet.stop()
    const gone = await bus.request('ork.quiet.yes', {}, 30_000)
    assert.ok(E.isLeft(gone) && gone.left.tag === 'NoResponders')
    await close()
  }))

test.run()

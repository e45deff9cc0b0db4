import { setTimeout as sleep } from 'node:timers/promises'
import * as E from 'fp-ts/Either'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { OrkFailure, orkError } from '#libs/kernel'
import type { Bus, Endpoint, Handler } from '#libs/log'

/** Two sides of one bus; they may be the same. */
export interface BusHarness {
  open(): Promise<{ readonly client: Bus; readonly server: Bus; close(): Promise<void> }>
}

const endpoint = (name: string, handle: Handler, queue?: string): Endpoint => ({
  name,
  subject: `ork.api.v1.${name}`,
  handle,
  ...(queue === undefined ? {} : { queue }),
})

const offer = (name: string, ...endpoints: Endpoint[]) => ({ name, version: '1.0.0', description: 'a test', endpoints })

/** What every implementation of the bus must do. */
export const busContract = (name: string, harness: BusHarness): void => {
  const test = suite(name)
  const it = (title: string, body: (client: Bus, server: Bus) => Promise<void>): void =>
    test(title, async () => {
      const { client, server, close } = await harness.open()
      try {
        await body(client, server)
      } finally {
        await close()
      }
    })

  it('a message reaches those who listen, wildcards included, until they stop', async (client, server) => {
    const heard: unknown[] = []
    const listening = server.subscribe('ork.news.*', (payload) => heard.push(payload))
    await server.requestAll('ork.nobody', null, 20) // the subscription has reached the server once this is answered
    client.publish('ork.news.a', { text: 'Grüße' })
    client.publish('ork.other', 1)
    for (let tries = 0; heard.length < 1 && tries < 100; tries += 1) await sleep(5)
    listening.stop()
    client.publish('ork.news.b', 2)
    await sleep(20)
    assert.equal(heard, [{ text: 'Grüße' }])
  })

  it('a request is answered with a value, or with the error of the responder, whole', async (client, server) => {
    const refusal = orkError('NoSuchJob', 'there is no job "wen" – ünlikely', { where: 'wen', next: 'ork jobs' })
    const service = await server.serve(
      offer(
        'jobs',
        endpoint('echo', async (payload) => E.right({ payload })),
        endpoint('refuse', async () => E.left(refusal)),
        endpoint('throw', async () => Promise.reject(new Error('broken'))),
      ),
    )
    assert.equal(
      await client.request('ork.api.v1.echo', { a: [1, null] }, 1_000),
      E.right({ payload: { a: [1, null] } }),
    )
    const refused = await client.request('ork.api.v1.refuse', {}, 1_000)
    assert.ok(E.isLeft(refused))
    if (E.isLeft(refused)) {
      assert.is(refused.left.tag, 'Refused')
      assert.is(refused.left.what, refusal.what)
      assert.is(refused.left.next, refusal.next)
      assert.equal(refused.left.refusal, refusal)
    }
    const thrown = await client.request('ork.api.v1.throw', {}, 1_000)
    assert.ok(E.isLeft(thrown) && thrown.left.tag === 'Refused' && /broken/.test(thrown.left.what))
    await service.stop()
  })

  it('a request to nobody fails at once, one that is not answered in time fails then', async (client, server) => {
    const nobody = await client.request('ork.api.v1.nobody', {}, 5_000)
    assert.ok(E.isLeft(nobody) && nobody.left.tag === 'NoResponders')
    let free = (): void => {}
    const never = new Promise<E.Either<never, unknown>>((resolve) => {
      free = () => resolve(E.right(null))
    })
    const service = await server.serve(
      offer(
        'slow',
        endpoint('slow', () => never),
      ),
    )
    const late = await client.request('ork.api.v1.slow', {}, 50)
    assert.ok(E.isLeft(late) && late.left.tag === 'TimedOut')
    free()
    await service.stop()
  })

  it('endpoints of one queue share the requests; without one each answers', async (client, server) => {
    const services = await Promise.all(
      ['a', 'b', 'c'].map((who) =>
        server.serve(
          offer(
            'crowd',
            endpoint('shared', async () => E.right(who), 'one'),
            endpoint('each', async () => E.right(who)),
          ),
        ),
      ),
    )
    assert.is((await client.requestAll('ork.api.v1.shared', {}, 100)).length, 1)
    assert.equal([...(await client.requestAll('ork.api.v1.each', {}, 100))].sort(), ['a', 'b', 'c'])
    assert.equal(await client.requestAll('ork.api.v1.nobody', {}, 100), [])
    await Promise.all(services.map((service) => service.stop()))
  })

  it('an answer in 3,000 parts arrives whole and in order', async (client, server) => {
    async function* count(): AsyncGenerator<number> {
      for (let part = 0; part < 3_000; part += 1) yield part
    }
    const service = await server.serve(
      offer(
        'parts',
        endpoint('count', () => count()),
      ),
    )
    const parts: unknown[] = []
    for await (const part of client.requestStream('ork.api.v1.count', {}, new AbortController().signal))
      parts.push(part)
    assert.equal(
      parts,
      Array.from({ length: 3_000 }, (_, part) => part),
    )
    await service.stop()
  })

  it('a responder is not far ahead of a slow reader, and hears when the reader leaves', async (client, server) => {
    let made = 0
    let left = (): void => {}
    const gone = new Promise<void>((resolve) => {
      left = resolve
    })
    async function* endless(signal: AbortSignal): AsyncGenerator<number> {
      signal.addEventListener('abort', left)
      for (;;) {
        made += 1
        yield made
        await new Promise((resolve) => setImmediate(resolve))
      }
    }
    const service = await server.serve(
      offer(
        'endless',
        endpoint('endless', (_payload, signal) => endless(signal)),
      ),
    )
    for await (const part of client.requestStream('ork.api.v1.endless', {}, new AbortController().signal)) {
      await sleep(2)
      if (part === 20) break
    }
    await gone
    assert.ok(made < 600, `${made} parts were made for 20 that were read`)
    await service.stop()
  })

  it('aborting ends a stream that is waiting, and the responder hears of it', async (client, server) => {
    let left = (): void => {}
    const gone = new Promise<void>((resolve) => {
      left = resolve
    })
    async function* oneThenNothing(signal: AbortSignal): AsyncGenerator<string> {
      signal.addEventListener('abort', left)
      yield 'first'
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))
    }
    const service = await server.serve(
      offer(
        'wait',
        endpoint('wait', (_payload, signal) => oneThenNothing(signal)),
      ),
    )
    const abort = new AbortController()
    const parts: unknown[] = []
    for await (const part of client.requestStream('ork.api.v1.wait', {}, abort.signal)) {
      parts.push(part)
      abort.abort()
    }
    await gone
    assert.equal(parts, ['first'])
    await service.stop()
  })

  it('a stream that fails says why, after its parts; one to nobody fails at once', async (client, server) => {
    async function* failing(): AsyncGenerator<number> {
      yield 1
      throw new OrkFailure(orkError('Gone', 'the container is gone', { next: 'ork tasks' }))
    }
    const service = await server.serve(
      offer(
        'failing',
        endpoint('failing', () => failing()),
      ),
    )
    const parts: unknown[] = []
    const read = async (subject: string): Promise<unknown> => {
      try {
        for await (const part of client.requestStream(subject, {}, new AbortController().signal)) parts.push(part)
        return null
      } catch (cause) {
        return cause instanceof OrkFailure ? cause.error : cause
      }
    }
    const error = await read('ork.api.v1.failing')
    assert.equal(parts, [1])
    assert.is((error as { what: string }).what, 'the container is gone')
    assert.is(((await read('ork.api.v1.nobody')) as { tag: string }).tag, 'NoResponders')
    await service.stop()
  })

  test.run()
}

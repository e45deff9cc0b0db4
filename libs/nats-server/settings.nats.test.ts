import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect, type NatsConnection } from 'nats'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type NatsServer, startNatsServer } from './server'
import { permissionsFor, type StreamSettings, streamSettings } from './settings'

interface Context {
  dir: string
  server: NatsServer
}

const test = suite<Context>('settings')

const user = (name: string) => ({ user: name, password: `${name} secret` })

test.before.each(async (context) => {
  context.dir = mkdtempSync(join(tmpdir(), 'ork-settings-'))
  context.server = await startNatsServer({
    dir: context.dir,
    users: [
      { ...user('m1'), permissions: permissionsFor('manager', 'm1') },
      { ...user('w1'), permissions: permissionsFor('worker', 'w1') },
      { ...user('cli'), permissions: permissionsFor('client', 'cli') },
    ],
  })
})
test.after.each(async ({ dir, server }) => {
  await server.stop()
  rmSync(dir, { recursive: true })
})

const as = (server: NatsServer, name: string): Promise<NatsConnection> => {
  const { user: login, password } = user(name)
  return connect({ servers: server.url, user: login, pass: password })
}

const api = async (connection: NatsConnection, subject: string, body: unknown): Promise<Record<string, unknown>> =>
  (await connection.request(`$JS.API.${subject}`, JSON.stringify(body))).json()

test('the server takes the streams as they stand in the file, and none of it is ignored', async ({ server }) => {
  const manager = await as(server, 'm1')
  const { events, heartbeats } = streamSettings()
  for (const wanted of [events, heartbeats]) {
    const { config, error } = await api(manager, `STREAM.CREATE.${wanted.name}`, wanted)
    assert.is(error, undefined)
    for (const [key, value] of Object.entries(wanted)) {
      // What is false is left out of the echo.
      assert.equal((config as Record<string, unknown>)[key] ?? false, value, `${wanted.name}: ${key}`)
    }
  }
  await manager.close()
})

test('a worker writes its own facts, and is refused for those of another', async ({ server }) => {
  const [manager, worker] = [await as(server, 'm1'), await as(server, 'w1')]
  const { events }: { events: StreamSettings } = streamSettings()
  await api(manager, `STREAM.CREATE.${events.name}`, events)
  const stored = (await worker.request('ork.events.task.web.api.0.w1.TaskStarted', '{}')).json<{ seq: number }>()
  assert.is(stored.seq, 1)
  for (const subject of ['ork.events.task.web.api.0.w2.TaskStarted', 'ork.events.job.web.JobSubmitted']) {
    await worker.request(subject, '{}', { timeout: 500 }).then(
      () => assert.unreachable(subject),
      (error: unknown) => assert.match(String(error), /permissions.violation/i),
    )
  }
  const { state } = await api(manager, `STREAM.INFO.${events.name}`, {})
  assert.is((state as { messages: number }).messages, 1)
  await Promise.all([manager.close(), worker.close()])
})

test('a worker answers the requests of a client in many parts, and reads the log', async ({ server }) => {
  const [manager, worker, client] = [await as(server, 'm1'), await as(server, 'w1'), await as(server, 'cli')]
  const { events } = streamSettings()
  await api(manager, `STREAM.CREATE.${events.name}`, events)
  worker.subscribe('ork.api.v1.logs.w1', {
    callback: (_error, message) => {
      for (const part of ['one', 'two', 'end']) message.respond(part)
    },
  })
  await worker.flush()
  const parts: string[] = []
  for await (const part of await client.requestMany('ork.api.v1.logs.w1', '', { maxMessages: 3, maxWait: 2_000 })) {
    parts.push(part.string())
  }
  assert.equal(parts, ['one', 'two', 'end'])
  await manager.request('ork.events.job.web.JobSubmitted', 'it')
  for (const reader of [worker, client]) {
    const consumer = await reader.jetstream().consumers.get(events.name, {})
    assert.is((await consumer.next())?.string(), 'it')
  }
  await Promise.all([manager.close(), worker.close(), client.close()])
})

test.run()

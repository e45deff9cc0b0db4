import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { OrkFailure } from '#libs/kernel'
import { findNatsServer } from './find'
import { requestJson } from './probe'
import { type NatsServer, startNatsServer } from './server'

interface Context {
  dir: string
  binary: string
  lines: string[]
  report: (line: string) => void
}

const test = suite<Context>('server', { dir: '', binary: '', lines: [], report: () => undefined })

test.before(async (context) => {
  context.binary = (await findNatsServer()).path
})
test.before.each((context) => {
  context.dir = mkdtempSync(join(tmpdir(), 'ork-server-'))
  context.lines = []
  context.report = (line) => context.lines.push(line)
})
test.after.each((context) => rmSync(context.dir, { recursive: true }))

const target = (server: { port: number }) => ({ host: '127.0.0.1', port: server.port })

const createStream = (server: NatsServer) =>
  requestJson(target(server), '$JS.API.STREAM.CREATE.S', JSON.stringify({ name: 'S', subjects: ['s.>'] }))

const lastSequence = async (server: NatsServer): Promise<unknown> =>
  ((await requestJson(target(server), '$JS.API.STREAM.INFO.S')) as { state: { last_seq: number } }).state.last_seq

/** A process that starts a server on `dir`, says its pid and port, and on SIGINT whether it still answers. */
const parent = (dir: string, binary: string, options: object = {}): ChildProcess => {
  const script = `
    const { startNatsServer } = require(${JSON.stringify(join(__dirname, 'server.js'))})
    const { probeServer } = require(${JSON.stringify(join(__dirname, 'probe.js'))})
    startNatsServer(${JSON.stringify({ dir, binary, ...options })}).then((server) => {
      process.on('SIGINT', async () => {
        const info = await probeServer({ host: '127.0.0.1', port: server.port })
        await server.stop()
        console.log('answered as ' + info.serverName)
      })
      console.log(JSON.stringify({ pid: server.pid, port: server.port }))
    })`
  return spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'], detached: true })
}

const linesOf = (child: ChildProcess): (() => Promise<string>) => {
  if (child.stdout === null) throw new Error('no output')
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  return async () => String((await lines.next()).value)
}

const killParent = async (child: ChildProcess): Promise<void> => {
  child.kill('SIGKILL')
  await once(child, 'exit')
}

test('is up with JetStream when it resolves, and ends cleanly', async ({ dir, binary }) => {
  const server = await startNatsServer({ dir, binary })
  await createStream(server)
  assert.is(server.url, `nats://127.0.0.1:${server.port}`)
  assert.equal(await server.stop(), { code: 0, signal: null })
})

test('keeps its data and its port over kill -9 and a restart', async ({ dir, binary }) => {
  const first = await startNatsServer({ dir, binary })
  await createStream(first)
  for (let n = 0; n < 3; n++) await requestJson(target(first), 's.a', `event ${n}`)
  first.kill('SIGKILL')
  assert.equal(await first.exited, { code: null, signal: 'SIGKILL' })
  const second = await startNatsServer({ dir, binary })
  assert.is(second.port, first.port)
  assert.is(second.name, first.name)
  assert.is(await lastSequence(second), 3)
  await second.stop()
})

test('refuses a folder that a live process is using, by its pid', async ({ dir, binary }) => {
  const server = await startNatsServer({ dir, binary })
  try {
    await startNatsServer({ dir, binary })
    assert.unreachable('two servers on one store')
  } catch (error) {
    assert.instance(error, OrkFailure)
    assert.match(String(error), `process ${process.pid} is using this data folder`)
  }
  await server.stop()
})

test('stops a server that a killed process left behind, and goes on with its data', async (context) => {
  const { dir, binary, report } = context
  const child = parent(dir, binary, { endWithParent: false })
  const left = JSON.parse(await linesOf(child)()) as { pid: number; port: number }
  await requestJson(target(left), '$JS.API.STREAM.CREATE.S', JSON.stringify({ name: 'S', subjects: ['s.>'] }))
  await requestJson(target(left), 's.a', 'kept')
  await killParent(child)
  const server = await startNatsServer({ dir, binary, report })
  assert.equal(context.lines, [`stopped nats-server ${left.pid}, left behind on ${dir}`])
  assert.is(server.port, left.port)
  assert.is(await lastSequence(server), 1)
  await server.stop()
})

test('leaves a stranger alone that now has the pid of the old server', async ({ dir, binary }) => {
  const stranger = spawn('sleep', ['60'])
  writeFileSync(join(dir, 'server.pid'), String(stranger.pid))
  const server = await startNatsServer({ dir, binary })
  assert.is(stranger.exitCode, null)
  assert.is(stranger.signalCode, null)
  stranger.kill()
  await server.stop()
})

test('ends when its parent is killed with -9', async ({ dir, binary }) => {
  const child = parent(dir, binary)
  const { port } = JSON.parse(await linesOf(child)()) as { port: number }
  const client = connect({ host: '127.0.0.1', port })
  await once(client, 'data')
  client.resume()
  await Promise.all([once(client, 'close'), killParent(child)])
})

test('Ctrl-C at the terminal reaches its parent and not the server', async ({ dir, binary }) => {
  const child = parent(dir, binary)
  const next = linesOf(child)
  await next()
  process.kill(-(child.pid ?? Number.NaN), 'SIGINT')
  assert.match(await next(), /^answered as ork-/)
  if (child.exitCode === null) await once(child, 'exit')
})

test('a port that is taken is an error that says so', async ({ dir, binary }) => {
  const first = await startNatsServer({ dir: join(dir, 'a'), binary })
  try {
    await startNatsServer({ dir: join(dir, 'b'), binary, port: first.port })
    assert.unreachable('two servers on one port')
  } catch (error) {
    assert.match(String(error), /nats-server did not start: .*(address already in use|belongs to another server)/)
  }
  await first.stop()
})

test('a program that cannot be run is an error, and leaves the folder free', async ({ dir, binary }) => {
  for (const broken of [join(dir, 'missing'), '/bin/false']) {
    try {
      await startNatsServer({ dir, binary: broken })
      assert.unreachable(broken)
    } catch (error) {
      assert.match(String(error), /nats-server did not start: (the program cannot be run|it ended with 1)/)
    }
  }
  await startNatsServer({ dir, binary }).then((server) => server.stop())
})

test('a remembered port that is taken by another is given up for a free one', async ({ dir, binary }) => {
  const first = await startNatsServer({ dir: join(dir, 'a'), binary })
  await startNatsServer({ dir: join(dir, 'b'), binary }).then((server) => server.stop())
  writeFileSync(join(dir, 'b', 'ports.json'), JSON.stringify({ client: first.port, cluster: first.port }))
  const second = await startNatsServer({ dir: join(dir, 'b'), binary })
  assert.is.not(second.port, first.port)
  await Promise.all([first.stop(), second.stop()])
})

test.run()

import { mkdtempSync, readFileSync, rmSync, symlinkSync, unlinkSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { findNatsServer } from '#libs/nats-server'
import { eventually } from '../../libs/testing/cluster'
import { startOrk } from '../../libs/testing/ork'
import { startDevServers } from './devServers'

const serverIn = (dir: string): number => Number(readFileSync(join(dir, 'nats', 'server.pid'), 'utf8'))

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as { port: number }
      probe.close(() => resolve(port))
    })
  })

test('a server that cannot be started again is away: why is said once, and so is that it is up again', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'ork-dev-servers-'))
  const real = (await findNatsServer()).path
  const binary = join(dir, 'nats-server')
  symlinkSync(real, binary)
  process.env.ORK_NATS_SERVER = binary
  const lines: string[] = []
  const report = (line: string): void => void lines.push(line)
  const said = (what: RegExp): number => lines.filter((line) => what.test(line)).length
  const servers = await startDevServers({ dataDir: dir, count: 1, port: await freePort(), relaxed: true, report })
  try {
    assert.ok(servers.areUp())
    unlinkSync(binary)
    process.kill(serverIn(dir), 'SIGKILL')
    await eventually(
      'it is said why',
      async () => said(/tried again each second/) > 0,
      30_000,
      () => lines,
    )
    assert.not(servers.areUp())
    symlinkSync(real, binary)
    await eventually(
      'it is up again',
      async () => servers.areUp(),
      30_000,
      () => lines,
    )
    assert.equal([said(/tried again each second/), said(/is up again/)], [1, 1])
  } finally {
    process.env.ORK_NATS_SERVER = real
    await servers.stop()
    rmSync(dir, { recursive: true, force: true })
  }
})

test('one Ctrl-C ends ork dev while it still waits for its server', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'ork-dev-'))
  const dev = startOrk(['dev', '--driver', 'process', '--data', dir, '--port', String(await freePort())])
  await dev.untilStdout(/data in/)
  const server = serverIn(dir)
  process.kill(server, 'SIGSTOP')
  try {
    dev.child.kill('SIGINT')
    const { code, stdout } = await dev.ended
    assert.is(code, 0)
    assert.match(stdout, /stopping/)
  } finally {
    process.kill(server, 'SIGKILL')
    rmSync(dir, { recursive: true, force: true })
  }
})

test.run()

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { startNatsCluster } from './cluster'
import { requestJson } from './probe'
import type { NatsServer } from './server'

const test = suite('cluster', { dir: '' })

test.before.each((context) => {
  context.dir = mkdtempSync(join(tmpdir(), 'ork-cluster-'))
})
test.after.each((context) => rmSync(context.dir, { recursive: true }))

const ask = (server: NatsServer | undefined, subject: string, payload = '') =>
  requestJson({ host: '127.0.0.1', port: server?.port ?? 0 }, subject, payload)

/** Members wait 4 to 9 s before they elect another leader in the place of one that is silent. */
const ELECTION_MS = 30_000

/** Asks until a majority agrees again: an election takes a moment, and nothing tells of its end. */
const eventually = async (work: () => Promise<unknown>): Promise<unknown> => {
  const deadline = Date.now() + ELECTION_MS
  for (;;) {
    try {
      return await work()
    } catch (error) {
      if (Date.now() > deadline) throw error
      await sleep(50)
    }
  }
}

test('three servers elect a leader, keep a replicated stream without one of them, and take it back', async ({
  dir,
}) => {
  const cluster = await startNatsCluster({ dir })
  try {
    const [a, b, c] = cluster.servers
    assert.is(cluster.url.split(',').length, 3)
    const settings = { name: 'S', subjects: ['s.>'], num_replicas: 3, storage: 'file' }
    await eventually(() => ask(a, '$JS.API.STREAM.CREATE.S', JSON.stringify(settings)))
    await eventually(() => ask(b, 's.a', 'one'))
    c?.kill('SIGKILL')
    await c?.exited
    await eventually(() => ask(a, 's.a', 'two'))
    const again = await cluster.restart(2)
    assert.is(again.port, c?.port)
    const info = (await eventually(() => ask(again, '$JS.API.STREAM.INFO.S'))) as { state: { last_seq: number } }
    // A reply that got lost was asked for again, so there may be more than two.
    assert.ok(info.state.last_seq >= 2)
  } finally {
    await cluster.stop()
  }
})

test.run()

import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect } from 'nats'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Connection } from '#libs/log'
import { advanceSnapshot, listSnapshots } from '#libs/snapshots'
import { testService } from '../../libs/testing/cluster'
import { aJob } from '../../libs/testing/happenings'
import { mustConnect } from '../../libs/testing/jetStream'
import { eventOf } from '../../libs/testing/logEvents'
import { startTestNats, type TestNats } from '../../libs/testing/nats'
import { runOrk } from '../../libs/testing/ork'

interface Context {
  nats: TestNats
  connection: Connection
  dir: string
}

const test = suite<Context>('a damaged snapshot')

const noWarning = (): void => assert.unreachable('a snapshot was passed over')

/** Two snapshots, of sequences 5 and 10. */
test.before.each(async (context) => {
  context.dir = mkdtempSync(join(tmpdir(), 'ork-snapshots-'))
  context.nats = await startTestNats()
  context.connection = await mustConnect({ servers: context.nats.url, sync: 'always' })
  for (let job = 1; job <= 10; job += 1) {
    const spec = aJob({ name: `job-${job}` })
    await context.connection.log.append([
      { event: eventOf({ type: 'JobSubmitted', data: { job: spec.name, version: 1, reason: null, spec } }) },
    ])
    if (job % 5 === 0) await advanceSnapshot(context.connection, noWarning)
  }
})
test.after.each(async ({ nats, connection, dir }) => {
  await connection.close()
  await nats.stop()
  rmSync(dir, { recursive: true })
})

const bytesOf = async ({ objects }: Connection, name: string): Promise<Buffer> => {
  const pieces: Uint8Array[] = []
  for await (const piece of objects.read(name)) pieces.push(piece)
  return Buffer.concat(pieces)
}

/** Runs a manager until it is ready, and returns what it wrote. */
const startManager = async ({ nats, dir }: Context): Promise<string> => {
  const args = ['manager', '--nats', nats.url, '--name', 'm1']
  const manager = testService({ name: 'm1', dir, args, env: {}, ready: /"msg":"ready"/ })
  await manager.start()
  const jobs = await runOrk(['jobs', '--json'], { nats: nats.url })
  assert.is(jobs.stdout.trim().split('\n').length, 10, jobs.stderr)
  await manager.end()
  return manager.log()
}

test('with a flipped bit is named and passed over for an older one', async (context) => {
  const { nats, connection } = context
  const [newest] = await listSnapshots(connection)
  const name = newest?.name ?? ''
  const flipped = await bytesOf(connection, name)
  flipped[flipped.length >> 1] = (flipped[flipped.length >> 1] ?? 0) ^ 1
  const client = await connect({ servers: nats.url })
  const { streams } = await client.jetstreamManager()
  const about = await streams.getMessage('OBJ_ORK_SNAPSHOTS', { last_by_subj: `$O.ORK_SNAPSHOTS.M.${btoa(name)}` })
  const chunks = `$O.ORK_SNAPSHOTS.C.${about.json<{ nuid: string }>().nuid}`
  await streams.purge('OBJ_ORK_SNAPSHOTS', { filter: chunks })
  await client.jetstream().publish(chunks, flipped)
  await client.close()

  const list = await runOrk(['snapshot', 'list'], { nats: nats.url })
  assert.is(list.code, 1)
  assert.match(list.stdout, new RegExp(`${name} +10 .*SnapshotUnusable`))
  const listed = await runOrk(['snapshot', 'list', '--json'], { nats: nats.url })
  assert.match(listed.stdout, /"storedAt":"\d{4}-\d\d-\d\dT[\d:.]+Z"/)
  const said = await startManager(context)
  assert.match(said, new RegExp(`"where":"snapshot ${name}".*a snapshot is passed over`))
  assert.match(said, /"seq":5,"msg":"starting from a snapshot"/)
})

const filesIn = (dir: string): readonly string[] =>
  readdirSync(dir, { withFileTypes: true }).flatMap((entry) => {
    const path = join(dir, entry.name)
    return entry.isDirectory() ? filesIn(path) : [path]
  })

test('with a flipped bit on the disk of the server, which drops it then, is survived', async (context) => {
  const { nats, connection } = context
  const [newest] = await listSnapshots(connection)
  const bytes = await bytesOf(connection, newest?.name ?? '')
  await connection.close()
  await nats.kill()
  const blocks = filesIn(nats.dir).filter((file) => file.includes('OBJ_ORK_SNAPSHOTS') && file.endsWith('.blk'))
  let flipped = 0
  for (const block of blocks) {
    const stored = readFileSync(block)
    const at = stored.indexOf(bytes.subarray(20, 60))
    if (at < 0) continue
    stored[at] = (stored[at] ?? 0) ^ 1
    writeFileSync(block, stored)
    flipped += 1
  }
  assert.is(flipped, 1)
  await nats.start()
  context.connection = await mustConnect({ servers: nats.url })
  assert.match(await startManager(context), /"seq":5,"msg":"starting from a snapshot"/)
})

test('that is ahead of the log says that the log has lost events: no service starts, and it is said why', async (context) => {
  const { nats, connection, dir } = context
  // What a server that lost its last writes would have: the same log, but shorter.
  const client = await connect({ servers: nats.url })
  const { streams } = await client.jetstreamManager()
  const { config } = await streams.info('ORK_EVENTS')
  await streams.delete('ORK_EVENTS')
  await streams.add(config)
  await client.close()
  const manager = testService({
    name: 'm1',
    dir,
    args: ['manager', '--nats', nats.url, '--name', 'm1'],
    env: {},
    ready: /LogLostEvents|events were lost/,
  })
  await manager.start()
  assert.is(await manager.ended(), 1)
  assert.match(manager.log(), /the log ends at 0, but a snapshot holds it up to 10: events were lost/)
  const status = await runOrk(['status'], { nats: nats.url })
  assert.is(status.code, 1)
  assert.match(status.stdout, /it has lost events/)
  for (const { name } of await listSnapshots(connection)) {
    assert.is((await runOrk(['snapshot', 'remove', name], { nats: nats.url })).code, 0)
  }
  const again = testService({
    name: 'm1',
    dir,
    args: ['manager', '--nats', nats.url, '--name', 'm1'],
    env: {},
    ready: /"msg":"ready"/,
  })
  await again.start()
  await again.end()
})

test.run()

import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import * as E from 'fp-ts/Either'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type Draft, stamp } from '#libs/events'
import { OrkFailure, renderError } from '#libs/kernel'
import type { Connection } from '#libs/log'
import { tryLock } from '#libs/nats-server'
import { advanceSnapshot } from '#libs/snapshots'
import { aJob, registered } from '../../libs/testing/happenings'
import { mustConnect } from '../../libs/testing/jetStream'
import { startTestNats, type TestNats } from '../../libs/testing/nats'
import { runOrk } from '../../libs/testing/ork'
import { archive, verifyArchive } from '../show/archive'
import { followJob } from '../show/followJob'

interface Context {
  nats: TestNats
  connection: Connection
  dir: string
}

const test = suite<Context>('ork archive')

let made = 0

const write = async ({ log }: Connection, ...drafts: readonly Draft[]): Promise<void> => {
  for (const draft of drafts) {
    made += 1
    const results = await log.append([
      { event: stamp(draft, { id: `a${made}`, source: 'manager/m1', time: made, epoch: 1 }) },
    ])
    assert.is(results[0]?.tag, 'Stored')
  }
}

const jobs = (...names: readonly string[]): readonly Draft[] =>
  names.map((name) => ({ type: 'JobSubmitted', data: { job: name, version: 1, reason: null, spec: aJob({ name }) } }))

const noWarning = (): void => assert.unreachable('a snapshot was passed over')

test.before.each(async (context) => {
  context.nats = await startTestNats()
  context.connection = await mustConnect({ servers: context.nats.url })
  context.dir = mkdtempSync(join(tmpdir(), 'ork-archive-'))
  await write(context.connection, registered('w1'), ...jobs('a', 'b', 'c', 'd', 'e'))
  await advanceSnapshot(context.connection, noWarning)
  await write(context.connection, ...jobs('f', 'g'))
})
test.after.each(async ({ nats, connection, dir }) => {
  await connection.close()
  await nats.stop()
  rmSync(dir, { recursive: true })
})

const ork = ({ nats }: Context, ...args: readonly string[]) => runOrk(args, { nats: nats.url })

test('moves what is before the snapshots, and everything reads on through both', async (context) => {
  const { connection, dir } = context
  const before = await ork(context, 'events', '--json')
  const replayed = await ork(context, 'replay', '--json')
  const first = await ork(context, 'archive', '--dir', dir, '--before', '4')
  assert.is(first.code, 0, first.stderr)
  assert.match(first.stdout, /^moved 3 events; .* holds all up to sequence 3 in 1 file/)
  const second = await ork(context, 'archive', '--dir', dir)
  assert.match(second.stdout, /^moved 3 events; .* up to sequence 6 in 2 files/)
  assert.match((await ork(context, 'archive', '--dir', dir)).stdout, /^nothing to move/)
  const { firstSeq, archived } = await connection.log.info()
  assert.equal([firstSeq, archived?.dir], [7, dir])

  const after = await ork(context, 'events', '--json', '--archive', dir)
  assert.is(after.stdout, before.stdout)
  const rest = await ork(context, 'events', '--json')
  assert.is(rest.stdout.trim().split('\n').length, 2)
  assert.match(rest.stderr, /events 1 to 6 are in the archive/)
  assert.ok(rest.stderr.includes(`--archive ${dir}`))
  const one = await ork(context, 'events', '--json', '--archive', dir, '--from', '2', '--to', '7', '--job', 'c')
  assert.equal(JSON.parse(one.stdout).data.job, 'c')

  assert.equal(JSON.parse((await ork(context, 'replay', '--json')).stdout), JSON.parse(replayed.stdout))
  assert.equal(
    JSON.parse((await ork(context, 'replay', '--json', '--archive', dir)).stdout),
    JSON.parse(replayed.stdout),
  )
  const past = await ork(context, 'replay', '--to', '3')
  assert.is(past.code, 1)
  assert.match(past.stderr, /events 1 to 6 are in the archive/)
  const verified = await ork(context, 'replay', '--verify', '--archive', dir)
  assert.match(verified.stdout, /^verified: two folds of 8 events, one of them from the snapshot of sequence 6, agree/)
  assert.is((await ork(context, 'archive', 'verify', dir)).code, 0)
})

test('its files are gzipped lines of JSON with the events as they were written', async (context) => {
  await ork(context, 'archive', '--dir', context.dir)
  const [name = ''] = readdirSync(context.dir).filter((file) => file.endsWith('.gz'))
  const lines = gunzipSync(readFileSync(join(context.dir, name)))
    .toString()
    .trim()
    .split('\n')
  const found = lines.map((line) => JSON.parse(line) as { seq: number; subject: string; event: { type: string } })
  assert.equal(
    found.map(({ seq }) => seq),
    [1, 2, 3, 4, 5, 6],
  )
  assert.equal([found[0]?.subject, found[0]?.event.type], ['ork.events.worker.w1.WorkerRegistered', 'WorkerRegistered'])
})

test('a file that is cut off, changed, left out or put in is named, and nothing is removed because of it', async (context) => {
  const { connection, dir } = context
  await ork(context, 'archive', '--dir', dir, '--before', '4')
  const [name = ''] = readdirSync(dir).filter((file) => file.endsWith('.gz'))
  const path = join(dir, name)
  const whole = readFileSync(path)
  const manifest = readFileSync(join(dir, 'manifest.json'))
  const spoil: readonly (readonly [string, () => void, RegExp])[] = [
    ['cut off', () => truncateSync(path, whole.length - 20), /it has \d+ of \d+ bytes/],
    ['changed', () => writeFileSync(path, Buffer.from(whole).fill(whole[60] === 0 ? 1 : 0, 60, 61)), /cannot be read/],
    ['left out', () => rmSync(path), /no such file/i],
    [
      'described otherwise',
      () => writeFileSync(join(dir, 'manifest.json'), manifest.toString().replace('"lastSeq": 3', '"lastSeq": 2')),
      /does not follow/,
    ],
  ]
  const move = () => archive(connection, { dir, before: undefined, signal: new AbortController().signal })
  for (const [how, act, expected] of spoil) {
    act()
    const { problems } = await verifyArchive(dir)
    const said = problems.map(renderError).join('\n')
    assert.match(said, expected, how)
    assert.ok(said.includes(how === 'described otherwise' ? 'manifest.json' : name), how)
    await move().then(
      () => assert.unreachable(how),
      (cause: unknown) => assert.ok(cause instanceof OrkFailure, how),
    )
    assert.is((await connection.log.info()).firstSeq, 4, how)
    writeFileSync(path, whole)
    writeFileSync(join(dir, 'manifest.json'), manifest)
  }
  truncateSync(path, whole.length - 20)
  const { code, stdout } = await ork(context, 'archive', 'verify', dir)
  assert.is(code, 1)
  assert.match(stdout, new RegExp(`${name}: cannot be read.*\\n[^]*damaged: 1 problem in 1 file`))
  writeFileSync(path, whole)
  assert.is((await move()).moved, 3)
  assert.is((await connection.log.info()).firstSeq, 7)
})

test('another folder cannot continue an archive, nor a second one at once, nor an archive of another cluster', async (context) => {
  const { dir } = context
  await ork(context, 'archive', '--dir', dir, '--before', '4')
  const other = await ork(context, 'archive', '--dir', join(dir, 'other'))
  assert.match(other.stderr, /there is no archive here, the log begins at 4/)
  assert.not.ok(existsSync(join(dir, 'other', 'manifest.json')))
  const lock = await tryLock(join(dir, 'lock'))
  const second = await ork(context, 'archive', '--dir', dir)
  assert.is(second.code, 1)
  assert.match(second.stderr, /process \d+ is archiving into this folder/)
  if (E.isRight(lock)) lock.right.release()
  const strange = await runOrk(['archive', '--dir', dir, '--prefix', 'strange'], { nats: context.nats.url })
  assert.is(strange.code, 1)
})

test('without a snapshot that can be used one is made of the archive, and services start from it', async (context) => {
  const { connection, dir } = context
  await ork(context, 'archive', '--dir', dir)
  for (const { name } of await connection.objects.list()) await connection.objects.remove(name)
  const doctor = await ork(context, 'doctor')
  assert.match(doctor.stdout, /begins at 7 and there is no snapshot/)
  const watching = followJob({
    connection,
    job: 'a',
    from: 2,
    shownFrom: 9,
    judge: () => ({ tag: 'Going' }),
    signal: AbortSignal.timeout(20_000),
  })
  const refusal = await watching.then(String, ({ error }: OrkFailure) => renderError(error))
  assert.match(refusal, /a cannot be watched: the log begins at 7, after what made it/)
  const without = await ork(context, 'snapshot', 'take')
  assert.match(without.stderr, /no snapshot that can be used/)
  const taken = await ork(context, 'snapshot', 'take', '--archive', dir)
  assert.is(taken.stdout, 'services start from sequence 8 on\n')
  const listed = await ork(context, 'snapshot', 'list')
  assert.is(listed.code, 0)
  assert.match(listed.stdout, /cluster-v\d+-0 +8 .* good/)
})

test.run()

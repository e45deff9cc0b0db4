import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as E from 'fp-ts/Either'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type AttemptRef, type Driver, type ExecOptions, type ExecSession, processDriver } from '..'

interface Context {
  readonly dir: string
  readonly driver: Driver
  readonly ref: AttemptRef
}

const OWNER = { cluster: 'c', worker: 'w1' }

const test = suite<Context>('commands beside a process')

test.before(async (context) => {
  const dir = mkdtempSync(join(tmpdir(), 'ork-exec-'))
  const driver = processDriver({ dir })
  const ref = { job: 'web', task: 'api', index: 0, attempt: 1, placement: 7 }
  const resources = { cpuMilli: 10, memoryBytes: 1, diskBytes: 1 }
  const base = { ref, owner: OWNER, resources, ports: [], stopSignal: 'SIGTERM', imageHealth: false }
  const ran = await driver.run({ ...base, command: ['sleep', '600'], env: { GREETING: 'hello' } })
  assert.ok(E.isRight(ran))
  Object.assign(context, { dir, driver, ref })
})

test.after(async ({ driver, ref, dir }) => {
  await driver.stop(ref, 'SIGKILL', 0)
  rmSync(dir, { recursive: true, force: true, maxRetries: 5 })
})

const start = async ({ driver, ref }: Context, change: Partial<ExecOptions>): Promise<ExecSession> => {
  const begun = await driver.exec(ref, { command: ['true'], terminal: null, input: true, env: {}, ...change })
  if (E.isLeft(begun)) throw new Error(begun.left.what)
  return begun.right
}

/** All that it writes, by stream, and how it ended. */
const ended = async (session: ExecSession) => {
  const said = { stdout: '', stderr: '' }
  for await (const { stream, data } of session.output) said[stream] += Buffer.from(data).toString()
  return { ...said, exitCode: await session.exitCode() }
}

test('a command has the environment of the process, its input, and an exit code', async (context) => {
  const session = await start(context, {
    command: ['sh', '-c', 'echo "$GREETING $MORE"; cat; echo no >&2; exit 7'],
    env: { MORE: 'you' },
  })
  await session.write(Buffer.from('piped\n'))
  session.endInput()
  assert.equal(await ended(session), { stdout: 'hello you\npiped\n', stderr: 'no\n', exitCode: 7 })
})

test('one that is hung up on ends, with what it has begun', async (context) => {
  const session = await start(context, { command: ['sh', '-c', 'trap "" HUP; sleep 600 & echo $!; wait'] })
  for await (const { data } of session.output) {
    const inner = Number(Buffer.from(data).toString())
    assert.ok(inner > 0)
    await session.hangUp()
  }
  assert.is(await session.exitCode(), null)
})

test('a terminal has the size it was given, and follows it', async (context) => {
  if (process.platform !== 'linux') return
  const session = await start(context, {
    command: ['sh', '-c', 'trap "stty size; exit 3" WINCH; stty size; while :; do sleep 0.02; done'],
    terminal: { rows: 31, columns: 97 },
  })
  let said = ''
  for await (const { data } of session.output) {
    if (said === '') await session.resize({ rows: 32, columns: 98 })
    said += Buffer.from(data).toString()
  }
  assert.equal([said.split(/\s+/).filter(Boolean), await session.exitCode()], [['31', '97', '32', '98'], 3])
})

test('one whose program is not there is refused, and so is one beside a process that has ended', async (context) => {
  const { driver, ref } = context
  const options = { command: ['/no/such/program'], terminal: null, input: false, env: {} }
  const failed = await driver.exec(ref, options)
  assert.match(E.isLeft(failed) ? failed.left.what : '', /cannot run \/no\/such\/program/)
  const gone = await driver.exec({ ...ref, index: 9 }, options)
  assert.match(E.isLeft(gone) ? gone.left.what : '', 'does not run')
})

test.run()

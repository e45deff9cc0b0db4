import * as E from 'fp-ts/Either'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type Draft, stamp } from '#libs/events'
import { type Connection, connect } from '#libs/log'
import { startTestNats, type TestNats } from '../../libs/testing/nats'
import { runOrk, startOrk } from '../../libs/testing/ork'

interface Context {
  nats: TestNats
  connection: Connection
}

const test = suite<Context>('ork events')
const start = Date.parse('2026-03-01T12:00:00Z')
const resources = { cpuMilli: 1000, memoryBytes: 2 ** 30, diskBytes: 2 ** 30 }

const started = (n: number, job = 'web'): Draft => ({
  type: 'TaskStarted',
  data: {
    job,
    task: 'api',
    index: 0,
    worker: 'w1',
    attempt: n,
    placement: 1,
    container: `c${n}`,
    ports: [],
    checked: false,
  },
})

let ids = 0
const write = async ({ connection }: Context, drafts: readonly Draft[]): Promise<void> => {
  const events = drafts.map((draft, n) => {
    ids += 1
    return { event: stamp(draft, { id: `e${ids}`, source: 'worker/w1', time: start + n * 1000 }) }
  })
  const results = await connection.log.append(events)
  assert.ok(results.every(({ tag }) => tag === 'Stored'))
}

const lines = (text: string): string[] => text.split('\n').filter((line) => line !== '')

test.before.each(async (context) => {
  context.nats = await startTestNats()
  const connected = await connect({ servers: context.nats.url, name: 'test' })
  if (E.isLeft(connected)) throw new Error(connected.left.what)
  context.connection = connected.right
})
test.after.each(async ({ connection, nats }) => {
  await connection.close()
  await nats.stop()
})

test('shows the past in its order, the day once, each event on its line', async (context) => {
  await write(context, [started(1), started(2)])
  const { code, stdout, stderr } = await runOrk(['events'], { nats: context.nats.url })
  assert.equal([code, stderr], [0, ''])
  assert.equal(lines(stdout), [
    '-- 2026-03-01 UTC --',
    '      1  12:00:00.000  web.api.0  runs on w1 as attempt 1',
    '      2  12:00:01.000  web.api.0  runs on w1 as attempt 2',
  ])
})

test('says that there is more when nothing matches, for what was asked may be misspelt', async (context) => {
  await write(context, [started(1), started(2)])
  const { code, stdout, stderr } = await runOrk(['events', '--job', 'wbe'], { nats: context.nats.url })
  assert.equal([code, stdout], [0, ''])
  assert.is(stderr, 'no event matches; the log holds 2, and `ork events` shows them all\n')
})

test('gives programs one CloudEvent a line with its sequence, within the range and of the job asked for', async (context) => {
  await write(context, [started(1), started(1, 'shop'), started(2), started(3), started(4)])
  const args = ['events', '--json', '--job', 'web', '--from', '2', '--to', '4']
  const { stdout } = await runOrk(args, { nats: context.nats.url })
  const events = lines(stdout).map((line) => JSON.parse(line))
  assert.equal(
    events.map(({ sequence, type, subject, specversion }) => ({ sequence, type, subject, specversion })),
    [3, 4].map((sequence) => ({ sequence, type: 'TaskStarted', subject: 'web.api.0', specversion: '1.0' })),
  )
})

test('goes on with what comes, and ends without a word at Ctrl-C', async (context) => {
  await write(context, [started(1)])
  const ork = startOrk(['events', '--follow'], { nats: context.nats.url })
  await ork.untilStdout(/attempt 1\n/)
  await write(context, [started(2)])
  await ork.untilStdout(/attempt 2\n/)
  ork.child.kill('SIGINT')
  const { code, stderr } = await ork.ended
  assert.equal([code, stderr], [130, ''])
})

test('puts signs of life between the events, by time', async (context) => {
  await write(context, [started(1), started(2)])
  const { log } = context.connection
  const beat = stamp(
    {
      type: 'WorkerHeartbeat',
      data: {
        worker: 'w1',
        seq: 1,
        capacity: resources,
        reserved: resources,
        used: resources,
        containers: [],
        troubles: [],
      },
    },
    { id: 'b1', source: 'worker/w1', time: start + 500 },
  )
  const heard = new Promise<void>((resolve) => log.followHeartbeats(() => resolve()))
  await log.lastSeq() // the subscription is with the server when this is answered
  log.beat(beat)
  await heard
  const { stdout } = await runOrk(['events', '--heartbeats', '--from', '1'], { nats: context.nats.url })
  assert.equal(
    lines(stdout)
      .slice(1)
      .map((line) => line.trim().slice(0, 1)),
    ['1', '~', '2'],
  )
})

test('streams ten thousand events through a pipe that is slow and then closes, and says nothing', async (context) => {
  await write(
    context,
    Array.from({ length: 10_000 }, (_, n) => started(n)),
  )
  const all = await runOrk(['events', '--json'], { nats: context.nats.url })
  assert.is(lines(all.stdout).length, 10_000)
  const ork = startOrk(['events', '--json'], { nats: context.nats.url })
  await ork.untilStdout(/\n/)
  ork.child.stdout.destroy()
  const { code, stderr } = await ork.ended
  assert.equal([code, stderr], [0, ''])
})

test('wrong usage is said at once with what to write instead, in words or as JSON', async () => {
  const words = await runOrk(['events', '--from', '2026-03-01'])
  assert.is(words.code, 2)
  assert.match(words.stderr, /--from: "2026-03-01" is no place in the log\n {2}a time needs its zone/)
  const json = await runOrk(['events', '--json', '--tpye', 'x'])
  assert.is(json.code, 2)
  assert.equal(JSON.parse(json.stderr).error, {
    tag: 'Usage',
    what: 'Nonexistent flag: --tpye',
    next: 'see `ork events --help`',
  })
})

test('without a server it says so and what to do', async ({ nats }) => {
  await nats.kill()
  const { code, stderr } = await runOrk(['events'], { nats: nats.url })
  assert.is(code, 1)
  assert.match(stderr, /cannot connect to a nats-server.*\n {2}start one with `ork dev`/s)
  await nats.start()
})

test.run()

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as E from 'fp-ts/Either'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { apiSubject, viewParts } from '#libs/api'
import { type Cluster, describeCluster, emptyCluster, evolve, ignoreChanges } from '#libs/cluster'
import { type Draft, type Entry, stamp } from '#libs/events'
import { type Connection, connect, openBundle } from '#libs/log'
import { startTestNats, type TestNats } from '../../libs/testing/nats'
import { runOrk } from '../../libs/testing/ork'
import { bundle } from '../show/bundle'

interface Context {
  nats: TestNats
  connection: Connection
}

const test = suite<Context>('ork replay')
const start = Date.parse('2026-03-01T12:00:00Z')
const resources = { cpuMilli: 1000, memoryBytes: 2 ** 30, diskBytes: 2 ** 30 }
const place = { job: 'web', task: 'api', index: 0, worker: 'w1', attempt: 1 }
const at = { ...place, placement: 4 }

const history: readonly Draft[] = [
  { type: 'LeaderElected', data: { role: 'scheduler', holder: 's1', epoch: 1 } },
  {
    type: 'WorkerRegistered',
    data: {
      worker: 'w1',
      capacity: resources,
      labels: {},
      drivers: ['simulated'],
      engines: {},
      devices: {},
      platform: {},
      overcommit: {},
      portSpaces: [],
      version: '1',
      host: 'h',
    },
  },
  {
    type: 'JobSubmitted',
    data: {
      reason: null,
      job: 'web',
      version: 1,
      spec: {
        name: 'web',
        kind: 'service',
        tasks: [
          {
            name: 'api',
            driver: 'simulated',
            env: {},
            replicas: 1,
            resources: { ...resources, cpuMilli: 250 },
            ports: [],
            restart: { policy: 'never', attempts: 0, delayMs: 0, backoff: 1, maxDelayMs: 0, resetAfterMs: 0 },
            stop: { signal: 'SIGTERM', graceMs: 1000 },
          },
        ],
      },
    },
  },
  { type: 'TaskScheduled', data: { ...place, version: 1, policy: 'spread', asOf: 3, ports: [] } },
  { type: 'TaskStarted', data: { ...at, container: 'c1', ports: [{ name: 'http', hostPort: 8080 }], checked: false } },
  { type: 'TaskFailed', data: { ...at, reason: 'exit code 7', exitCode: 7 } },
]

test.before(async (context) => {
  context.nats = await startTestNats()
  const connected = await connect({ servers: context.nats.url, name: 'test' })
  if (E.isLeft(connected)) throw new Error(connected.left.what)
  context.connection = connected.right
  const items = history.map((draft, n) => ({
    event: stamp(draft, { id: `e${n}`, source: 'manager/m1', time: start + n * 60_000, epoch: 1 }),
  }))
  const results = await context.connection.log.append(items)
  assert.ok(results.every(({ tag }) => tag === 'Stored'))
})
test.after(async ({ connection, nats }) => {
  await connection.close()
  await nats.stop()
})

const lines = (text: string): string[] => text.split('\n').filter((line) => line !== '')

test('shows the cluster as it was at a sequence, with times as they were then', async ({ nats }) => {
  const { code, stdout } = await runOrk(['replay', '--to', '5'], { nats: nats.url })
  assert.is(code, 0)
  assert.equal(lines(stdout), [
    'The cluster at sequence 5, 2026-03-01 12:04:00Z',
    'NAME  KIND     STATE    VERSION  READY  INSTANCES  SUBMITTED',
    'web   service  running        1    1/1  1 running  2m ago',
    'ID         STATE    WORKER  ATTEMPT  SINCE     DETAIL',
    'web.api.0  running  w1            1  just now  http on 8080',
    'WORKER  STATE  INSTANCES  CPU     MEMORY       DISK',
    'w1      ready          1  0.25/1  1 GiB/1 GiB  1 GiB/1 GiB',
  ])
})

test('at a time long after the last event, ages are those of that time', async ({ nats }) => {
  const asked = Date.now()
  const { stdout } = await runOrk(['replay', '--to', '0s'], { nats: nats.url })
  const [title = '', , job = ''] = lines(stdout)
  const [, shown = ''] = /^The cluster at sequence \d+, (.*Z)$/.exec(title) ?? []
  assert.ok(Date.parse(shown.replace(' ', 'T')) >= asked - 1_000, title)
  assert.match(job, / \d+d\S* ago$/)
})

test('takes any moment, also one before anything happened', async ({ nats }) => {
  const first = await runOrk(['replay', '--to', '0'], { nats: nats.url })
  assert.equal(lines(first.stdout), ['The cluster at sequence 0, before the first event', 'no jobs', 'no workers'])
  const past = await runOrk(['replay', '--to', '2020-01-01T00:00:00Z', '--json'], { nats: nats.url })
  assert.equal([JSON.parse(past.stdout).seq, JSON.parse(past.stdout).time], [0, null])
  const now = await runOrk(['replay', '--to', '0s', '--json'], { nats: nats.url })
  assert.is(JSON.parse(now.stdout).seq, history.length)
})

test('a moment that is yet to come is told apart from now', async ({ nats }) => {
  const { code, stdout, stderr } = await runOrk(['replay', '--to', '999999'], { nats: nats.url })
  assert.match(stdout, new RegExp(`^The cluster at sequence ${history.length}, `))
  assert.equal([code, stderr], [0, `the log ends at sequence ${history.length}; nothing has happened after it yet\n`])
  assert.is((await runOrk(['replay', '--to', String(history.length)], { nats: nats.url })).stderr, '')
})

test('plays the history in its order, and says which pauses it cut short', async ({ nats }) => {
  const { code, stdout } = await runOrk(['replay', '--play', '--speed', '20000x', '--job', 'web'], { nats: nats.url })
  assert.is(code, 0)
  assert.equal(
    lines(stdout).map((line) => line.trim().split(' ')[0]),
    ['3', '4', '5', '6'],
  )
})

test('two folds agree, and where no service answers it says that none was compared', async ({ nats }) => {
  const { code, stdout } = await runOrk(['replay', '--verify'], { nats: nats.url })
  assert.is(code, 0)
  assert.is(stdout, `verified: two folds of ${history.length} events agree; no live service answered to be compared\n`)
})

/** A manager that holds what the log says, but for what `spoil` did to it. */
const serveManager = async ({ connection }: Context, spoil: (cluster: Cluster) => void) => {
  const cluster = emptyCluster()
  for await (const entries of connection.log.read({ from: 1 })) {
    for (const entry of entries) evolve(cluster, entry, ignoreChanges)
  }
  spoil(cluster)
  const { prefix } = connection
  return connection.bus.serve({
    name: 'ork-manager',
    version: '1.0.0',
    description: 'for this test',
    endpoints: [
      {
        name: 'status',
        subject: apiSubject(prefix, 'status'),
        handle: async () => E.right({ ...describeCluster(cluster), service: 'manager/m1' }),
      },
      {
        name: 'view',
        subject: apiSubject(prefix, 'view', 'manager.m1'),
        handle: async function* (payload) {
          yield* viewParts('manager/m1', cluster, (payload as { keys: string[] }).keys)
        },
      },
    ],
  })
}

test('a service that holds what the log says is verified', async (context) => {
  const service = await serveManager(context, () => undefined)
  const { code, stdout } = await runOrk(['replay', '--verify', '--json'], { nats: context.nats.url })
  await service.stop()
  assert.is(code, 0)
  assert.equal(JSON.parse(stdout).services, [{ service: 'manager/m1', seq: history.length }])
})

test('a service that holds anything else is found out, to the field', async (context) => {
  const service = await serveManager(context, (cluster) => {
    const instance = cluster.jobs.get('web')?.tasks.get('api')?.instances.at(0)
    if (instance !== undefined) instance.state = 'running'
  })
  const { code, stderr } = await runOrk(['replay', '--verify'], { nats: context.nats.url })
  await service.stop()
  assert.is(code, 1)
  assert.match(
    stderr,
    'job/web.instances[0].state at sequence 6: the log (left) and manager/m1 (right) differ: "failed" and "running"',
  )
})

test('a bundle is the same cluster on a machine that has none, and a file that is none is refused', async ({
  nats,
}) => {
  const dir = mkdtempSync(join(tmpdir(), 'ork-bundle-test-'))
  try {
    const file = join(dir, 'report.tgz')
    const written = await runOrk(['bundle', file], { nats: nats.url })
    assert.is(written.code, 0, written.stderr)
    assert.match(written.stdout, /report\.tgz: 6 events/)
    const here = { nats: 'nats://127.0.0.1:1' } // nobody is there
    const live = await runOrk(['replay', '--to', '5', '--json'], { nats: nats.url })
    const bundled = await runOrk(['replay', file, '--to', '5', '--json'], here)
    assert.is(bundled.stdout, live.stdout, bundled.stderr)
    const failed = await runOrk(['events', '--bundle', file, '--type', 'TaskFailed', '--json'], here)
    assert.is(JSON.parse(failed.stdout).sequence, 6)
    const diff = await runOrk(['diff', '4', '6', '--bundle', file], here)
    assert.match(diff.stdout, /: 2 events\n\nInstances\n {2}~ web\.api\.0 {2}scheduled on w1, attempt 1 → failed on w1/)
    writeFileSync(file, 'no bundle')
    await openBundle(file).then(
      () => assert.unreachable(),
      (cause: Error) => assert.match(cause.message, /is no bundle that this ork can read/),
    )
  } finally {
    rmSync(dir, { recursive: true })
  }
})

test('--what-if shows a stretch as it was beside how it would have been, and where they first differ', async ({
  nats,
}) => {
  const asked = ['replay', '--from', '3', '--what-if', 'worker:w1=gone', 'worker:w2=1cpu/1GiB', '--json']
  const { code, stdout } = await runOrk(asked, { nats: nats.url })
  assert.is(code, 0)
  const { recorded, changed, differences, again } = JSON.parse(stdout)
  // It fails there as it did; what the recorded log has no manager for, it is placed anew after half a minute.
  assert.equal([recorded.placed, changed.placed], [1, 2])
  assert.equal([differences[0].recorded.worker, differences[0].changed.worker], ['w1', 'w2'])
  assert.is(differences[0].recorded.seq, 4)
  assert.equal(again, { same: 1, of: 1 })
  const { stderr, code: refused } = await runOrk(['replay', '--what-if', 'drain:w7'], { nats: nats.url })
  assert.is(refused, 1)
  assert.match(stderr, /there was no worker "w7"/)
})

test('a bundle for strangers has the same events in other words', async ({ connection }) => {
  const dir = mkdtempSync(join(tmpdir(), 'ork-bundle-test-'))
  try {
    const file = join(dir, 'report.tgz')
    const written = await bundle(connection, { file, redact: true })
    const opened = await openBundle(written.file)
    const entries: Entry[] = []
    for await (const some of opened.log.read({ from: 1 })) entries.push(...some)
    await opened.close()
    assert.equal(
      entries.map(({ event }) => event.type),
      history.map(({ type }) => type),
    )
    assert.not.match(JSON.stringify(entries), /"(web|api|w1|http|c1)"/)
  } finally {
    rmSync(dir, { recursive: true })
  }
})

test.run()

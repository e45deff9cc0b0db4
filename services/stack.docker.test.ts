import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import * as E from 'fp-ts/Either'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { apiSubject } from '#libs/api'
import { convertCompose, type JobSpec, parseJobFile } from '#libs/spec'
import { eventually, type TestCluster, withCluster } from '../libs/testing/cluster'
import { ensureTestImage, letMeet, type OpenTestDocker, openTestDocker, TEST_IMAGE } from '../libs/testing/docker'

interface Context {
  engine: OpenTestDocker
}

const test = suite<Context>('stack')
test.before(async (context) => {
  context.engine = await openTestDocker()
  await ensureTestImage(context.engine.docker)
})
test.after(({ engine }) => engine.stop())

const FOLDER = join(__dirname, '..', '..', 'examples', 'stack')
const FILE = join(FOLDER, 'compose.yaml')

/** The jobs of the Compose file, at some version of its API; a good one may take its time on a machine that is busy. */
const composed = (VERSION: string, PORT: string, HEALTHY_WITHIN = '2m'): readonly JobSpec[] => {
  const converted = convertCompose([{ name: FILE, text: readFileSync(FILE, 'utf8') }], {
    environment: { VERSION, PORT, HEALTHY_WITHIN, IMAGE: TEST_IMAGE },
  })
  if (E.isLeft(converted)) throw new Error(JSON.stringify(converted))
  return converted.right.jobs
}

/** The same jobs from their job files. */
const written = (port: string): readonly JobSpec[] =>
  ['stack.yaml', 'agent.yaml', 'report.yaml'].map((name) => {
    const text = readFileSync(join(FOLDER, name), 'utf8')
    const ours = text.replaceAll('busybox:1', TEST_IMAGE).replaceAll('8080:80', `${port}:80`)
    const parsed = parseJobFile(ours.replaceAll('Deadline: 1m', 'Deadline: 2m'), name)
    if (E.isLeft(parsed)) throw new Error(JSON.stringify(parsed))
    return parsed.right
  })

const stack = (...how: Parameters<typeof composed>): JobSpec => {
  const [first] = composed(...how)
  if (first === undefined) throw new Error('there is no job')
  return first
}

const freePort = async (): Promise<string> => {
  const server = createServer().listen(0)
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return String(port)
}

/** What the API says through the proxy; rejects when that is no answer. */
const ask = async (port: string): Promise<string> => {
  const response = await fetch(`http://127.0.0.1:${port}/cgi-bin/api`, { signal: AbortSignal.timeout(30_000) })
  const text = await response.text()
  if (!response.ok) throw new Error(`${response.status} ${text}`)
  return text.trim()
}

/** Asks again and again, until `ended` tells how often, and what was no answer. */
const load = (port: string): { ended(): Promise<{ asked: number; dropped: string[] }> } => {
  const dropped: string[] = []
  let asked = 0
  let over = false
  const asking = (async () => {
    while (!over) {
      asked += 1
      await ask(port).catch((cause: unknown) => dropped.push(String(cause)))
      await pause(50)
    }
  })()
  return {
    ended: async () => {
      over = true
      await asking
      return { asked, dropped }
    },
  }
}

const apiRuns = ({ log }: TestCluster): readonly string[] =>
  log
    .instances('stack')
    .filter(({ task }) => task.name === 'api')
    .map(({ state, version, worker }) => `${state} v${version} ${worker}`)

/**
 * Hands the jobs of the stack in, and waits until all of it runs: the API answers through the proxy, an agent is on each
 * worker, and the report comes when it is asked for. Gives what takes back that its containers may meet.
 */
const bringUp = async (cluster: TestCluster, engine: OpenTestDocker, jobs: readonly JobSpec[], port: string) => {
  const { log, connection } = cluster
  const from = log.view.seq + 1
  for (const job of jobs) await cluster.submit(job)
  await log.event('TaskStarted', ({ task }) => task === 'db', from)
  const part = await letMeet(engine.docker, `ork-${connection.log.cluster}-stack-default`)
  try {
    await log.running('stack', 5, 120_000)
    await log.running('stack-agent', 2)
    const answers = async (): Promise<boolean> => /^1 \w/.test(await ask(port).catch(() => ''))
    await eventually('the API answers', answers, 30_000)
    const run = { job: 'stack-report', params: { TO: 'you' }, reason: null, actor: 'test' }
    assert.ok(E.isRight(await connection.bus.request(apiSubject(connection.prefix, 'run'), run, 10_000)))
    const { data } = await log.event('CronEnded', () => true, from, 120_000)
    assert.equal([data.failed, data.reason], [0, null])
  } catch (cause) {
    await part()
    throw cause
  }
  return part
}

const takeDown = async ({ log, stopJob }: TestCluster, jobs: readonly JobSpec[]): Promise<void> => {
  for (const { name } of jobs) await stopJob(name)
  const names = jobs.map(({ name }) => name)
  await log.until('all has stopped', ({ jobs: all }) => names.every((name) => all.get(name)?.state === 'stopped'))
}

test('a stack runs from job files, and from one Compose file is updated, rolled back and drained under load, and no request is lost', ({
  engine,
}) =>
  withCluster({ driver: 'docker', docker: engine.socketPath, workers: 2 }, async (cluster) => {
    const { log, connection } = cluster
    const port = await freePort()
    const fromFiles = written(port)
    await bringUp(cluster, engine, fromFiles, port).then((part) => part())
    await takeDown(cluster, fromFiles)

    const part = await bringUp(cluster, engine, composed('1', port), port)
    try {
      const under = load(port)

      const { version } = await cluster.submit(stack('2', port))
      await log.event('UpdateSucceeded', (update) => update.version === version, 1, 120_000)
      assert.match(await ask(port), /^2 \w/)

      await cluster.submit(stack('broken', port, '5s'))
      await log.event('JobReverted', () => true, 1, 120_000)
      await log.running('stack', 5, 120_000)
      assert.match(await ask(port), /^2 \w/)

      const request = { worker: 'w2', deadlineMs: null, reason: 'test', actor: 'test' }
      assert.ok(E.isRight(await connection.bus.request(apiSubject(connection.prefix, 'drain'), request, 10_000)))
      await log.event('WorkerDrained', ({ worker }) => worker === 'w2', 1, 120_000)
      assert.equal(
        apiRuns(cluster).map((runs) => runs.replace(/ v\d+/, '')),
        Array(3).fill('running w1'),
      )
      const { asked, dropped } = await under.ended()
      assert.equal(dropped, [], `${dropped.length} of ${asked} requests were lost`)
    } finally {
      await part()
    }
  }))

test.run()

import * as E from 'fp-ts/Either'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { apiSubject } from '#libs/api'
import { DEFAULT_UPDATE, type JobSpec } from '#libs/spec'
import { eventually, sleeper, type TestCluster, withCluster } from '../../libs/testing/cluster'
import { ensureTestImage, type OpenTestDocker, openTestDocker } from '../../libs/testing/docker'

interface Context {
  engine: OpenTestDocker
}

const test = suite<Context>('rolling')
test.before(async (context) => {
  context.engine = await openTestDocker()
  await ensureTestImage(context.engine.docker)
})
test.after(({ engine }) => engine.stop())

const REPLICAS = 3

const web = (version: number): JobSpec =>
  sleeper('web', {
    replicas: REPLICAS,
    env: { VERSION: String(version) },
    update: { ...DEFAULT_UPDATE, order: 'start-first', maxParallel: 2, minHealthyMs: 1_000 },
  })

/** Two replicas of two tasks, each replica on one worker. */
const PAIRS = 2
const pair = (): JobSpec => {
  const one = sleeper('pair', { replicas: PAIRS, update: { ...DEFAULT_UPDATE, order: 'start-first', minHealthyMs: 0 } })
  const tasks = one.tasks.flatMap((task) => [task, { ...task, name: 'log' }])
  return { ...one, placement: { policy: 'spread', colocate: true }, tasks }
}

/** The workers of each replica's tasks, once none has two attempts. */
const pairs = ({ log }: TestCluster): string[] =>
  Array.from({ length: PAIRS }, (_, replica) =>
    log
      .instances('pair')
      .filter(({ index }) => index === replica)
      .map(({ worker, retiring }) => (retiring === null ? worker : 'two'))
      .join(' '),
  )

/** The fewest containers of the job that the engine had running at once, from now until `ended`. */
const fewest = (cluster: TestCluster): { ended(): Promise<number> } => {
  let least = Number.POSITIVE_INFINITY
  let over = false
  const looking = (async () => {
    while (!over) {
      const running = (await cluster.containers()).filter((one) => one.running && one.instance.startsWith('web.'))
      least = Math.min(least, running.length)
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  })()
  return {
    ended: async () => {
      over = true
      await looking
      return least
    },
  }
}

/** Where and as which version the instances of the job run, once none has two attempts. */
const standing = (cluster: TestCluster): string[] =>
  cluster.log
    .instances('web')
    .map(({ state, version, worker, retiring }) =>
      [state, `v${version}`, worker, ...(retiring === null ? [] : ['and another'])].join(' '),
    )

test('a start-first update, and then a drain, never leave fewer containers than are wanted, and tasks that share a worker go together', ({
  engine,
}) =>
  withCluster({ driver: 'docker', docker: engine.socketPath, workers: 2 }, async (cluster) => {
    const { log, connection } = cluster
    await cluster.submit(web(1))
    await log.running('web', REPLICAS)
    const during = fewest(cluster)
    await cluster.submit(web(2))
    await log.event('UpdateSucceeded', (data) => data.version === 2)
    assert.ok(
      standing(cluster).every((stands) => /^running v2 w[12]$/.test(stands)),
      standing(cluster).join('; '),
    )

    await cluster.submit(pair())
    await log.running('pair', 2 * PAIRS)
    assert.equal(pairs(cluster).sort(), ['w1 w1', 'w2 w2'])

    const request = { worker: 'w1', deadlineMs: null, reason: 'test', actor: 'test' }
    const asked = await connection.bus.request(apiSubject(connection.prefix, 'drain'), request, 10_000)
    assert.ok(E.isRight(asked))
    await log.event('WorkerDrained', (data) => data.worker === 'w1')
    assert.equal(standing(cluster), Array(REPLICAS).fill('running v2 w2'))
    assert.equal(pairs(cluster), Array(PAIRS).fill('w2 w2'))
    const least = await during.ended()
    assert.ok(least >= REPLICAS, `at one time ${least} ran`)
    await eventually(
      'no other container is left',
      async () => (await cluster.containers()).filter(({ running }) => running).length === REPLICAS + 2 * PAIRS,
      30_000,
    )
  }))

test.run()

import { once } from 'node:events'
import { createServer } from 'node:net'
import { totalmem } from 'node:os'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { emptyCluster, evolve, ignoreChanges } from '#libs/cluster'
import type { PortSpec, TaskSpec } from '#libs/spec'
import { sleeper, sleeperTask, type TestCluster, withCluster } from '../../libs/testing/cluster'
import { ensureTestImage, type OpenTestDocker, openTestDocker } from '../../libs/testing/docker'
import { runOrk } from '../../libs/testing/ork'

interface Context {
  engine: OpenTestDocker
}

const test = suite<Context>('resources')
test.before(async (context) => {
  context.engine = await openTestDocker()
  await ensureTestImage(context.engine.docker)
})
test.after(({ engine }) => engine.stop())

const MiB = 2 ** 20
const CAPACITY = 256 * MiB
const memory = (mebibytes: number): Pick<TaskSpec, 'resources'> => ({
  resources: { cpuMilli: 10, memoryBytes: mebibytes * MiB, diskBytes: MiB },
})

/** A worker that has so little to give that a few small containers fill it. */
const small = ({ socketPath }: OpenTestDocker) => ({
  driver: 'docker' as const,
  docker: socketPath,
  workerFlags: ['--reserve-memory', `${totalmem() - CAPACITY}B`],
})

/** That at no moment of the log the worker had promised more than it has. */
const assertNeverExceeded = ({ log }: TestCluster): void => {
  const view = emptyCluster()
  for (const entry of log.entries) {
    evolve(view, entry, ignoreChanges)
    for (const { name, reserved, capacity } of view.workers.values()) {
      assert.ok(reserved.memoryBytes <= capacity.memoryBytes, `${name} at sequence ${entry.seq}`)
    }
  }
}

test('limits are on the container, and what is killed for its memory is told of as that', ({ engine }) =>
  withCluster(small(engine), async (cluster) => {
    const { log } = cluster
    const greedy = sleeperTask({
      name: 'greedy',
      command: ['sh', '-c', 'tail /dev/zero'],
      restart: { policy: 'never', attempts: null, delayMs: 0, backoff: 1, maxDelayMs: 0, resetAfterMs: 0 },
      ...memory(16),
    })
    const modest = sleeperTask({ resources: { cpuMilli: 250, memoryBytes: 32 * MiB, diskBytes: MiB } })
    await cluster.submit({ name: 'limited', kind: 'service', tasks: [modest, greedy] })
    const exited = await log.event('TaskExited', ({ task }) => task === 'greedy')
    assert.ok(exited.data.oomKilled)
    const failed = await log.event('TaskFailed', ({ task }) => task === 'greedy')
    assert.is(failed.data.reason, 'out of memory')
    await log.until('the other runs', () => log.instance('limited', 'api', 0).state === 'running')
    const { HostConfig } = await engine.docker.getContainer('ork-limited-api-0-1').inspect()
    assert.is(HostConfig.NanoCpus, 250e6)
    assert.is(HostConfig.Memory, 32 * MiB)
    assert.is(HostConfig.MemorySwap, 32 * MiB)
  }))

test('what fits nowhere waits with its reasons, and starts when there is room', ({ engine }) =>
  withCluster({ ...small(engine), schedulers: 2 }, async (cluster) => {
    const { log } = cluster
    await cluster.submit(sleeper('big', memory(200)))
    await log.running('big', 1)
    await cluster.submit(sleeper('second', { replicas: 3, ...memory(80) }))
    await log.event('TaskUnplaceable', ({ job }) => job === 'second')
    assert.ok(log.instances('second').every(({ state }) => state === 'pending'))
    const { stdout } = await runOrk(['job', 'second'], { nats: cluster.nats.url })
    assert.match(stdout, /w1.*memory/)
    await cluster.stopJob('big')
    await log.running('second', 3)
    await cluster.submit(sleeper('many', { replicas: 6, ...memory(30) }))
    await log.event('TaskUnplaceable', ({ job }) => job === 'many')
    assert.ok(log.instances('many').every(({ state }) => state === 'pending'))
    await cluster.stopJob('second')
    await log.running('many', 6)
    assertNeverExceeded(cluster)
  }))

/** The first of so many ports in a row that nobody has, below those that systems give away by themselves. */
const freePorts = async (count: number): Promise<number> => {
  for (;;) {
    const first = 15_000 + Math.floor(Math.random() * 15_000)
    const servers = Array.from({ length: count }, (_, at) => createServer().listen(first + at))
    const free = await Promise.all(
      servers.map((server) =>
        once(server, 'listening').then(
          () => true,
          () => false,
        ),
      ),
    )
    await Promise.all(servers.map((server) => new Promise((closed) => server.close(closed))))
    if (free.every(Boolean)) return first
  }
}

test('two workers on one engine never get the same host port, of a range or fixed; who waits for one is told who has it', ({
  engine,
}) =>
  withCluster({ driver: 'docker', docker: engine.socketPath, workers: 2 }, async (cluster) => {
    const { log } = cluster
    const from = await freePorts(3)
    const port: PortSpec = { name: 'http', port: 80, hostPort: 0, protocol: 'tcp' }
    const range = { ...port, hostPortRange: { from, to: from + 2 } }
    await cluster.submit(sleeper('web', { replicas: 3, ports: [range], ...memory(8) }))
    await log.running('web', 3)
    const given = log.instances('web').map(({ worker, ports }) => ({ worker, port: ports[0]?.hostPort }))
    assert.equal(given.map((one) => one.port).sort(), [from, from + 1, from + 2])
    assert.is(new Set(given.map((one) => one.worker)).size, 2)
    await cluster.submit(sleeper('late', { ports: [{ ...port, hostPort: from }], ...memory(8) }))
    await log.event('TaskUnplaceable', ({ job }) => job === 'late')
    const holder = given.find((one) => one.port === from)?.worker
    const other = holder === 'w1' ? 'w2' : 'w1'
    const { stdout } = await runOrk(['job', 'late'], { nats: cluster.nats.url })
    assert.match(stdout, `host port ${from}/tcp is taken on ${holder}, which shares ${other}'s machine`)
    await cluster.stopJob('web')
    await log.running('late', 1)
  }))

test.run()

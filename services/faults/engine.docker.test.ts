import { setTimeout as pause } from 'node:timers/promises'
import { isLeft } from 'fp-ts/Either'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import {
  assertOneContainerEach,
  assertUndisturbed,
  eventually,
  runningOf,
  sleeper,
  type TestCluster,
  withCluster,
} from '../../libs/testing/cluster'
import { ensureTestImage, type PrivateDocker, startPrivateDocker } from '../../libs/testing/docker'
import { FULL, tell } from './figures'

interface Context {
  engine: PrivateDocker
}

const startEngine = async (liveRestore: boolean): Promise<PrivateDocker> => {
  const started = await startPrivateDocker({ liveRestore })
  if (isLeft(started)) throw new Error(started.left)
  await ensureTestImage(started.right.client())
  return started.right
}

const startAgain = async (engine: PrivateDocker): Promise<void> => {
  const again = await engine.start()
  if (isLeft(again)) throw new Error(again.left)
}

/** Resolves once the worker has its engine back: a new job's container has come up. */
const worksAgain = async (cluster: TestCluster, job: string): Promise<void> => {
  await cluster.submitSurely(sleeper(job))
  await cluster.log.running(job, 1, 30_000)
}

const isStopped = (cluster: TestCluster, job: string): Promise<void> =>
  cluster.log.until(`${job} is stopped`, ({ jobs }) => jobs.get(job)?.state === 'stopped', 40_000)

/** Resolves once the worker has told that its engine does not answer, and its heartbeats go on all the same. */
const silentAndHeardOf = async ({ connection, log }: TestCluster, from: number): Promise<void> => {
  await log.event('WorkerDriverChanged', ({ answers }) => !answers, from, 30_000)
  let beats = 0
  const following = connection.log.followHeartbeats(() => {
    beats += 1
  })
  await eventually('it is heard of all the same', async () => beats >= 2, 30_000)
  following.stop()
}

const live = suite<Context>('dockerd killed, live-restore')
live.before(async (context) => {
  context.engine = await startEngine(true)
})
live.after(({ engine }) => engine.remove())

live('containers that survive their engine are adopted; those that were just starting come up once', ({ engine }) =>
  withCluster({ driver: 'docker', docker: engine.socketPath }, async (cluster) => {
    const { log } = cluster
    await cluster.submit(sleeper('web', { replicas: 3 }))
    await cluster.log.running('web', 3)
    const before = await runningOf(cluster, 'web')
    const from = log.view.seq + 1
    await cluster.submit(sleeper('half', { replicas: 9 }))
    await log.event('TaskStarted', ({ job }) => job === 'half')
    await engine.kill()
    const killedAt = Date.now()
    await silentAndHeardOf(cluster, from)
    assert.ok(log.instances('half').every(({ attempt }) => attempt === 1))
    const awayMs = Date.now() - killedAt
    await startAgain(engine)
    const startedAt = Date.now()
    const back = await log.event('WorkerDriverChanged', ({ answers }) => answers, from, 40_000)
    await cluster.log.running('half', 9, 40_000)
    await worksAgain(cluster, 'later')
    assert.equal(await runningOf(cluster, 'web'), before)
    assertUndisturbed(cluster, 'web', from)
    await assertOneContainerEach(cluster)
    const truthBackMs = Date.parse(back.time) - startedAt
    tell('engine killed, its containers go on', { awayMs, replaced: 0, truthBackMs })
    if (FULL) assert.ok(truthBackMs < 10_000)
  }),
)

live('services, nats-server and dockerd are killed at once, and go on where they were', ({ engine }) =>
  withCluster({ driver: 'docker', docker: engine.socketPath }, async (cluster) => {
    const { log, nats, services } = cluster
    await cluster.submit(sleeper('web', { replicas: 3 }))
    await cluster.log.running('web', 3)
    const before = await runningOf(cluster, 'web')
    const from = log.view.seq + 1
    await Promise.all([engine.kill(), nats.kill(), ...services.map((service) => service.kill())])
    await Promise.all([startAgain(engine), nats.start()])
    await Promise.all(services.map((service) => service.start()))
    await worksAgain(cluster, 'later')
    assert.equal(await runningOf(cluster, 'web'), before)
    assertUndisturbed(cluster, 'web', from)
    await assertOneContainerEach(cluster)
  }),
)

live('while an engine hangs nothing is replaced on a guess, and what was asked meanwhile is done after', ({ engine }) =>
  withCluster({ driver: 'docker', docker: engine.socketPath }, async (cluster) => {
    const { log } = cluster
    await cluster.submit(sleeper('web', { replicas: 4 }))
    await cluster.submit(sleeper('doomed', { replicas: 2 }))
    await cluster.log.running('web', 4)
    await cluster.log.running('doomed', 2)
    const before = await runningOf(cluster, 'web')
    const from = log.view.seq + 1
    const pausedAt = Date.now()
    engine.pause()
    try {
      await cluster.submit(sleeper('asked', { replicas: 2 }))
      await cluster.stopJob('doomed')
      const noticed = async () => cluster.service('w1').log().includes('the engine cannot be reached')
      await eventually('the worker sees that its engine does not answer', noticed, 60_000)
      await silentAndHeardOf(cluster, from)
      if (FULL) await pause(Math.max(0, pausedAt + 60_000 - Date.now()))
      assert.ok(log.instances('asked').every(({ state, attempt }) => state === 'scheduled' && attempt === 1))
    } finally {
      engine.resume()
    }
    const resumedAt = Date.now()
    const back = await log.event('WorkerDriverChanged', ({ answers }) => answers, from, 40_000)
    await cluster.log.running('asked', 2, 40_000)
    await isStopped(cluster, 'doomed')
    assert.equal(await runningOf(cluster, 'web'), before)
    assertUndisturbed(cluster, 'web', from)
    await assertOneContainerEach(cluster)
    const truthBackMs = Date.parse(back.time) - resumedAt
    tell('engine hung', { hungMs: resumedAt - pausedAt, replaced: 0, truthBackMs })
    if (FULL) assert.ok(truthBackMs < 10_000)
  }),
)
live.run()

const plain = suite<Context>('dockerd killed')
plain.before(async (context) => {
  context.engine = await startEngine(false)
})
plain.after(({ engine }) => engine.remove())

plain('containers that die with their engine are started again, once each', ({ engine }) =>
  withCluster({ driver: 'docker', docker: engine.socketPath }, async (cluster) => {
    const { log } = cluster
    await cluster.submit(sleeper('web', { replicas: 3 }))
    await cluster.log.running('web', 3)
    await engine.kill()
    await startAgain(engine)
    const startedAt = Date.now()
    const again = () => log.instances('web').every(({ state, attempt }) => state === 'running' && attempt === 2)
    await log.until('all run their second attempt', again, 40_000)
    tell('engine killed with its containers', { containers: 3, runningAgainMs: Date.now() - startedAt })
    await worksAgain(cluster, 'later')
    assert.is(log.all('TaskExited').length, 3)
    assert.is(log.all('TaskRestarting').length, 3)
    await assertOneContainerEach(cluster)
  }),
)
plain('all is killed at once with an engine that takes its containers along: each comes up again, once', ({ engine }) =>
  withCluster({ driver: 'docker', docker: engine.socketPath }, async (cluster) => {
    const { log, nats, services } = cluster
    await cluster.submit(sleeper('web', { replicas: 3 }))
    await cluster.submit(sleeper('ending', { replicas: 2 }))
    await log.running('web', 3)
    await log.running('ending', 2)
    await cluster.submit(sleeper('half', { replicas: 8 }))
    await log.event('TaskStarted', ({ job }) => job === 'half')
    await cluster.stopJob('ending')
    await Promise.all([engine.kill(), nats.kill(), ...services.map((service) => service.kill())])
    await Promise.all([startAgain(engine), nats.start()])
    await Promise.all(services.map((service) => service.start()))
    const again = () => log.instances('web').every(({ state, attempt }) => state === 'running' && attempt === 2)
    await log.until('all of web run their second attempt', again, 40_000)
    await log.running('half', 8, 40_000)
    await isStopped(cluster, 'ending')
    await worksAgain(cluster, 'later')
    assert.ok(log.instances('half').every(({ attempt }) => attempt <= 2))
    await assertOneContainerEach(cluster)
  }),
)

plain.run()

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
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
import { FULL } from './figures'

const test = suite('connections lost')
const process = { driver: 'process' } as const

/** Longer than it takes to call a silent worker lost. */
const LONG_MS = 17_000

/** A job whose instances end with code 7 when the file is there, and are not started again. */
const endsWith = (flag: string, replicas: number) =>
  sleeper('ends', {
    ...process,
    replicas,
    command: ['sh', '-c', 'until [ -e "$FLAG" ]; do sleep 0.2; done; exit 7'],
    env: { FLAG: flag },
    restart: { policy: 'never', attempts: null, delayMs: 0, backoff: 1, maxDelayMs: 0, resetAfterMs: 0 },
  })

const withFlag = async (body: (flag: string) => Promise<void>): Promise<void> => {
  const dir = mkdtempSync(join(tmpdir(), 'ork-flag-'))
  try {
    await body(join(dir, 'flag'))
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

/** Names of the jobs that were acknowledged, until `stop` is called. */
const submitting = (cluster: TestCluster) => {
  const acknowledged: string[] = []
  let stopped = false
  const work = (async () => {
    for (let index = 0; !stopped; index += 1) {
      const name = `job-${index}`
      await cluster.submitSurely(sleeper(name, process))
      acknowledged.push(name)
    }
  })()
  return {
    acknowledged,
    stop: async () => {
      stopped = true
      await work
    },
  }
}

/** Resolves when each of the workers was heard more than once: by then a manager has judged the others' silence. */
const heartbeats = (cluster: TestCluster, workers: readonly string[]): Promise<void> =>
  new Promise((resolve) => {
    const heard = new Map<string, number>()
    const following = cluster.connection.log.followHeartbeats((event) => {
      if (event.type !== 'WorkerHeartbeat') return
      const { worker } = event.data
      heard.set(worker, (heard.get(worker) ?? 0) + 1)
      if (workers.some((name) => (heard.get(name) ?? 0) < 2)) return
      following.stop()
      resolve()
    })
  })

test('nats-server is killed while submits go on: what was acknowledged is there, and nothing is restarted', () =>
  withCluster(process, async (cluster) => {
    const { log, nats } = cluster
    await cluster.submit(sleeper('web', { ...process, replicas: 10 }))
    await cluster.log.running('web', 10)
    const before = await runningOf(cluster, 'web')
    const from = log.view.seq + 1
    const submits = submitting(cluster)
    for (let kills = 0; kills < 3; kills += 1) {
      const seen = submits.acknowledged.length
      await log.until('more jobs', () => submits.acknowledged.length >= seen + 4)
      await nats.kill()
      await nats.start()
    }
    const seen = submits.acknowledged.length
    await log.until('jobs after the last kill', () => submits.acknowledged.length >= seen + 4)
    await submits.stop()
    const allRun = () => submits.acknowledged.every((job) => log.instances(job)[0]?.state === 'running')
    await log.until('all acknowledged jobs run', allRun)
    assert.equal(await runningOf(cluster, 'web'), before)
    assertUndisturbed(cluster, 'web', from)
    await assertOneContainerEach(cluster)
  }))

test('nats-server is away for longer than silence is borne: facts arrive afterwards, nothing is replaced', () =>
  withFlag((flag) =>
    withCluster({ ...process, workers: 3 }, async (cluster) => {
      const { log, nats } = cluster
      await cluster.submit(sleeper('web', { ...process, replicas: 9 }))
      await cluster.submit(endsWith(flag, 3))
      await cluster.log.running('web', 9)
      await cluster.log.running('ends', 3)
      const before = await runningOf(cluster, 'web')
      const from = log.view.seq + 1
      await nats.kill()
      writeFileSync(flag, '')
      await pause(LONG_MS)
      const slow = cluster.service('w3')
      slow.pause()
      await nats.start()
      await heartbeats(cluster, ['w1', 'w2'])
      slow.resume()
      await log.until('the ends are told', () => log.instances('ends').every(({ state }) => state === 'failed'))
      assert.ok(log.instances('ends').every(({ exit, attempt }) => exit?.exitCode === 7 && attempt === 1))
      await cluster.submitSurely(sleeper('later', { ...process, replicas: 3 }))
      await cluster.log.running('later', 3)
      assert.equal(await runningOf(cluster, 'web'), before)
      assertUndisturbed(cluster, 'web', from)
      assert.equal(log.all('WorkerLost'), [])
      await assertOneContainerEach(cluster)
    }),
  ))

test('workers that stall or die are suspected, lost and replaced; back again, they end what was taken from them', () =>
  withCluster({ ...process, workers: 4 }, async (cluster) => {
    const { log } = cluster
    await cluster.submit(sleeper('web', { ...process, replicas: 8 }))
    await log.running('web', 8)
    const [stalled, dead] = [cluster.service('w1'), cluster.service('w2')]
    const gone = ['w1', 'w2']
    const taken = (await cluster.containers()).filter(({ worker }) => gone.includes(worker)).map(({ id }) => id)
    assert.is(taken.length, 4)
    stalled.pause()
    await dead.kill()
    for (const name of gone) await log.event('WorkerSuspected', ({ worker }) => worker === name)
    assert.equal(log.all('TaskLost'), [])
    for (const name of gone) await log.event('WorkerLost', ({ worker }) => worker === name)
    await log.until('all run on the other ones', () =>
      log.instances('web').every(({ state, worker }) => state === 'running' && !gone.includes(worker ?? '')),
    )
    const from = log.view.seq + 1
    stalled.resume()
    await dead.start()
    const left = async () => (await cluster.containers()).filter(({ id, running }) => running && taken.includes(id))
    await eventually(
      'what was taken from them has ended',
      async () => (await left()).length === 0,
      FULL ? 5_000 : 30_000,
    )
    await log.until('both are back', ({ workers }) => gone.every((name) => workers.get(name)?.state === 'ready'))
    await cluster.submit(sleeper('later', { ...process, replicas: 8 }))
    await log.running('later', 8)
    for (const name of gone) assert.ok(log.instances('later').some(({ worker }) => worker === name))
    assertUndisturbed(cluster, 'web', from)
    await assertOneContainerEach(cluster)
  }))

test.run()

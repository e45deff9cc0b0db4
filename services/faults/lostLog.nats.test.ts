import { cpSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { connect } from 'nats'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { assertUndisturbed, eventually, runningOf, sleeper, withCluster } from '../../libs/testing/cluster'
import { runOrk } from '../../libs/testing/ork'
import { tell } from './figures'

const test = suite('a log that has lost events')
const process_ = { driver: 'process' } as const

test('an old disk is put under the server: every service says so and ends, what runs goes on, and a start goes on from there', () =>
  withCluster(process_, async (cluster) => {
    const { log, nats, services } = cluster
    const store = join(nats.dir, 'jetstream')
    const old = join(nats.dir, 'old')
    await cluster.submit(sleeper('web', { ...process_, replicas: 2 }))
    await log.running('web', 2)
    await nats.kill()
    cpSync(store, old, { recursive: true })
    await nats.start()
    await cluster.submitSurely(sleeper('db', process_))
    await log.running('db', 1, 60_000)
    const [web, db] = [await runningOf(cluster, 'web'), await runningOf(cluster, 'db')]

    const ends = services.map((service) => service.ended())
    await nats.kill()
    rmSync(store, { recursive: true })
    cpSync(old, store, { recursive: true })
    await nats.start()
    const backAt = Date.now()
    assert.equal(
      await Promise.all(ends),
      services.map(() => 1),
    )
    const endedMs = Date.now() - backAt
    for (const service of services) assert.match(service.log(), /events were lost/, service.name)
    assert.equal([await runningOf(cluster, 'web'), await runningOf(cluster, 'db')], [web, db])

    await Promise.all(services.map((service) => service.start()))
    const again = await runOrk(['submit', '-', '--json'], {
      nats: nats.url,
      input: JSON.stringify({ name: 'later', tasks: [{ name: 'api', driver: 'process', command: ['sleep', '600'] }] }),
    })
    assert.is(again.code, 0, again.stdout + again.stderr)
    assert.equal(await runningOf(cluster, 'web'), web)
    tell('an old disk under the server', { endedMs, restarted: 0 })
  }))

test('an empty disk is put under the server: nothing is taken, begun or ended until the log is back', () =>
  withCluster(process_, async (cluster) => {
    const { log, nats, services } = cluster
    const store = join(nats.dir, 'jetstream')
    const aside = join(nats.dir, 'aside')
    await cluster.submit(sleeper('web', { ...process_, replicas: 2 }))
    await log.running('web', 2)
    const web = await runningOf(cluster, 'web')
    const from = log.view.seq + 1
    await nats.kill()
    renameSync(store, aside)
    await nats.start()
    const isRefused = () =>
      cluster.submit(sleeper('late', process_)).then(
        () => false,
        ({ message }: Error) => /stream not found/.test(message),
      )
    await eventually('a job is refused', isRefused, 30_000)
    assert.equal(await runningOf(cluster, 'web'), web)
    assert.ok(services.every((service) => service.pid() !== null))
    await nats.kill()
    rmSync(store, { recursive: true })
    renameSync(aside, store)
    await nats.start()
    await cluster.submitSurely(sleeper('late', process_))
    await log.running('late', 1, 60_000)
    assert.equal(await runningOf(cluster, 'web'), web)
    assertUndisturbed(cluster, 'web', from)
  }))

test('the streams are deleted by hand and restored while services run: those that had read on end, what runs is adopted', () =>
  withCluster(process_, async (cluster) => {
    const { log, nats, services } = cluster
    const saved = join(nats.dir, 'saved')
    const ork = (...args: string[]) => runOrk(args, { nats: nats.url })
    await cluster.submit(sleeper('web', { ...process_, replicas: 2 }))
    await log.running('web', 2)
    const backup = await ork('backup', saved)
    assert.is(backup.code, 0, backup.stderr)
    await cluster.submit(sleeper('db', process_))
    await log.running('db', 1)
    const snapshot = await ork('snapshot', 'take')
    assert.is(snapshot.code, 0, snapshot.stderr)
    const web = await runningOf(cluster, 'web')

    const client = await connect({ servers: nats.url })
    const { streams } = await client.jetstreamManager()
    await streams.delete('ORK_EVENTS')
    const refused = await ork('scale', 'web.api', '3')
    assert.is(refused.code, 1)
    const leftOver = await ork('restore', saved)
    assert.is(leftOver.code, 1)
    assert.match(leftOver.stderr, /remove it \(nats stream rm \w+\), and restore again/)
    assert.ok(services.every((service) => service.pid() !== null))

    const ends = services.map((service) => service.ended())
    for (const { config } of await streams.list().next()) await streams.delete(config.name)
    await client.close()
    const restored = await ork('restore', saved)
    assert.is(restored.code, 0, restored.stderr)
    assert.equal(
      await Promise.all(ends),
      services.map(() => 1),
    )
    for (const service of services) assert.match(service.log(), /events were lost/, service.name)
    assert.equal(await runningOf(cluster, 'web'), web)
    await Promise.all(services.map((service) => service.start()))
    const jobs = await ork('jobs', '--json')
    assert.match(jobs.stdout, /"name":"web"/)
    assert.equal(await runningOf(cluster, 'web'), web)
  }))

test.run()

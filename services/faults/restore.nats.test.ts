import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Connection } from '#libs/log'
import { advanceSnapshot } from '#libs/snapshots'
import { sleeper, type TestService, testService } from '../../libs/testing/cluster'
import { clientOf } from '../../libs/testing/cluster/client'
import { processContainers, removeProcesses } from '../../libs/testing/cluster/containers'
import { Observer } from '../../libs/testing/cluster/observer'
import { mustConnect } from '../../libs/testing/jetStream'
import { startTestNats, type TestNats } from '../../libs/testing/nats'
import { runOrk } from '../../libs/testing/ork'

const servicesOn = ({ url }: TestNats, dir: string): readonly TestService[] =>
  (['manager', 'scheduler', 'worker'] as const).map((role) => {
    const name = `${role[0]}1`
    const own = role === 'worker' ? ['--data', join(dir, name), '--driver', 'process'] : []
    const args = [role, '--nats', url, '--name', name, ...own]
    return testService({ name, dir: join(dir, name), args, env: {}, ready: /"msg":"ready"/ })
  })

/** Every message of the log, as the servers keep it. */
const storedIn = async ({ log }: Connection): Promise<readonly unknown[]> => {
  const all: unknown[] = []
  for await (const messages of log.messages(1, await log.lastSeq())) {
    for (const message of messages) all.push({ ...message, data: Buffer.from(message.data).toString() })
  }
  return all
}

test('a cluster is saved, and goes on in an empty server: the same sequences, the same containers; then its past is archived', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'ork-restore-'))
  const saved = join(dir, 'backup')
  const [old, fresh] = [await startTestNats(), await startTestNats()]
  const before = await mustConnect({ servers: old.url, sync: 'always' })
  const { cluster } = before.log
  const running = async () =>
    (await processContainers(join(dir, 'w1'), cluster, 'w1'))
      .filter((one) => one.running)
      .map(({ id }) => id)
      .sort()
  let services = servicesOn(old, dir)
  try {
    const seen = new Observer(before)
    await Promise.all(services.map((service) => service.start()))
    await clientOf(before).submitSurely(sleeper('web', { driver: 'process', replicas: 3 }))
    await seen.running('web', 3, 30_000)
    await Promise.all(services.map((service) => service.kill()))
    await seen.stop()
    await advanceSnapshot(before, () => assert.unreachable())
    const ids = await running()
    assert.is(ids.length, 3)
    const all = await storedIn(before)

    const backup = await runOrk(['backup', saved], { nats: old.url })
    assert.is(backup.code, 0, backup.stderr)
    await before.close()
    await old.stop()

    const stream = join(saved, 'ORK_EVENTS.stream')
    const whole = readFileSync(stream)
    writeFileSync(stream, whole.subarray(0, whole.length - 1))
    const damaged = await runOrk(['restore', saved], { nats: fresh.url })
    assert.is(damaged.code, 1)
    assert.match(damaged.stderr, /ORK_EVENTS\.stream: is not as it was saved/)
    writeFileSync(stream, whole)
    const manifest = join(saved, 'backup.json')
    const said = readFileSync(manifest, 'utf8')
    writeFileSync(manifest, said.replace('"ork.events.>"', '"ork.event.>"'))
    const edited = await runOrk(['restore', saved], { nats: fresh.url })
    assert.match(edited.stderr, /backup\.json: it is not as it was written/)
    writeFileSync(manifest, said)
    const restored = await runOrk(['restore', saved], { nats: fresh.url })
    assert.is(restored.code, 0, restored.stderr)
    const twice = await runOrk(['restore', saved], { nats: fresh.url })
    assert.match(twice.stderr, /hold a cluster already/)
    const half = await mustConnect({ servers: fresh.url })
    await half.bus.request('$JS.API.STREAM.DELETE.ORK_EVENTS', {}, 10_000) // as a restore that was interrupted leaves it
    await half.close()
    const continued = await runOrk(['restore', saved], { nats: fresh.url })
    assert.is(continued.code, 0, continued.stderr)

    const after = await mustConnect({ servers: fresh.url, sync: 'always' })
    assert.is(after.log.cluster, cluster)
    assert.equal(await storedIn(after), all)
    services = servicesOn(fresh, dir)
    await Promise.all(services.map((service) => service.start()))
    const goesOn = new Observer(after)
    await clientOf(after).submitSurely(sleeper('later', { driver: 'process' }))
    await goesOn.running('later', 1, 30_000)
    const now = await running()
    assert.ok(ids.every((id) => now.includes(id)) && now.length === 4, 'what ran is adopted')
    assert.ok(goesOn.instances('web').every(({ attempt, state }) => attempt === 1 && state === 'running'))

    // The whole past goes into an archive under the running services, which go on deciding about what is there.
    const archived = await runOrk(['archive', '--dir', join(dir, 'archive')], { nats: fresh.url })
    assert.is(archived.code, 0, archived.stderr)
    const stopped = await runOrk(['stop', 'web'], { nats: fresh.url })
    assert.is(stopped.code, 0, stopped.stderr)
    await goesOn.until('web has stopped', ({ jobs }) => jobs.get('web')?.state === 'stopped', 30_000)
    assert.equal(
      await running(),
      now.filter((id) => !ids.includes(id)),
    )
    await goesOn.stop()
    await after.close()
  } finally {
    await Promise.all(services.map((service) => service.kill()))
    await removeProcesses(join(dir, 'w1'), cluster, 'w1')
    await Promise.all([old.stop(), fresh.stop()])
    rmSync(dir, { recursive: true, force: true, maxRetries: 5 })
  }
})

test.run()

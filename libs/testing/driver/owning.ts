import { setTimeout as sleep } from 'node:timers/promises'
import * as assert from 'uvu/assert'
import type { Driver } from '#libs/drivers'
import { type DriverTest, ended, firstLine, listener, must, mustFail, onlyOne, readLogs } from './tools'

/** Whose a container is, and who finds it again. */
export const owning = (test: DriverTest, open: () => Driver): void => {
  test('says who it is, and so does another driver of the same engine', async ({ driver }) => {
    const identity = await must(driver.identity())
    assert.ok(identity.length > 0)
    assert.is(await must(open().identity()), identity)
  })

  test('hides the containers of one owner from another', async ({ driver, owner, spec }) => {
    const wanted = spec({})
    await must(driver.run(wanted))
    const stranger = open()
    const others = [
      { ...owner, worker: 'w2' },
      { ...owner, cluster: 'another' },
    ]
    for (const other of others) assert.equal(await must(stranger.list(other)), [])
    for (const other of others) assert.equal(await must(stranger.usage(other)), [])
    assert.is((await onlyOne(driver, owner)).state, 'running')
  })

  test('refuses a name that another owner has, and says whose it is', async ({ driver, owner, spec }) => {
    const wanted = spec({})
    await must(driver.run(wanted))
    const error = await mustFail(open().run({ ...wanted, owner: { cluster: 'another', worker: 'w9' } }))
    assert.is(error.tag, 'Refused')
    assert.match(error.what, owner.cluster)
    assert.match(error.what, 'w1')
  })

  test('takes the container of another placement for a leftover, and leaves it alone', async ({
    driver,
    owner,
    spec,
  }) => {
    const old = spec({ prints: ['old'] })
    const next = { ...old, ref: { ...old.ref, placement: 8 } }
    const started = await must(driver.run(old))
    await firstLine(driver, old.ref)
    const error = await mustFail(driver.run(next))
    assert.is(error.tag, 'Leftover')
    assert.match(error.what, 'placement 7')
    assert.equal(await must(driver.stop(next.ref, 'SIGTERM', 1_000)), { exitCode: null, oomKilled: false })
    await must(driver.remove(next.ref))
    assert.equal(await readLogs(driver, next.ref, {}), [])
    assert.equal(await onlyOne(driver, owner), started)
    await must(driver.remove(old.ref))
    assert.is.not((await must(driver.run(next))).id, started.id)
    assert.equal((await onlyOne(open(), owner)).ref, next.ref)
    await must(driver.remove(old.ref))
    assert.is((await onlyOne(driver, owner)).state, 'running')
  })

  test('takes an ended container of another placement for a leftover', async ({ driver, owner, spec }) => {
    const old = spec({ runMs: 0 })
    await must(driver.run(old))
    await ended(driver, owner)
    assert.is((await mustFail(driver.run({ ...old, ref: { ...old.ref, placement: 8 } }))).tag, 'Leftover')
  })

  test('adopts after a restart what the worker before it started', async ({ driver, owner, spec }) => {
    const wanted = spec({ prints: ['ready'] })
    const started = await must(driver.run(wanted))
    await firstLine(driver, wanted.ref)
    const next = open()
    const heard = listener(next, owner)
    try {
      await heard.seen(({ tag }) => tag === 'Resync')
      assert.is((await onlyOne(next, owner)).state, 'running')
      assert.is((await must(next.run(wanted))).id, started.id)
      assert.is((await must(next.stop(wanted.ref, 'SIGTERM', 10_000))).exitCode, 143)
      await heard.seen(heard.of('Exited', wanted.ref))
    } finally {
      heard.close()
    }
  })

  test('knows the exit of a container that ended while nobody watched', async ({ driver, owner, spec }) => {
    await must(driver.run(spec({ runMs: 100, exitCode: 11 })))
    await sleep(300)
    assert.is((await ended(open(), owner)).exit?.exitCode, 11)
  })
}

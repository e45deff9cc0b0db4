import * as assert from 'uvu/assert'
import { type DriverTest, ended, firstLine, listener, must, onlyOne, readLogs } from './tools'

/** How containers end, and how that is told. */
export const ending = (test: DriverTest): void => {
  test('tells of exits and removals, after a first Resync', async ({ driver, owner, spec }) => {
    const heard = listener(driver, owner)
    try {
      await heard.seen(({ tag }) => tag === 'Resync')
      const wanted = spec({ runMs: 100, exitCode: 9 })
      await must(driver.run(wanted))
      const exited = await heard.seen(heard.of('Exited', wanted.ref))
      assert.equal(exited, { tag: 'Exited', ref: wanted.ref, exit: { exitCode: 9, oomKilled: false } })
      assert.is((await onlyOne(driver, owner)).state, 'exited', 'the listing is not behind what was told')
      await must(driver.remove(wanted.ref))
      await heard.seen(heard.of('Removed', wanted.ref))
      assert.is(heard.events[0]?.tag, 'Resync')
      assert.is(heard.events.filter(({ tag }) => tag === 'Exited').length, 1)
    } finally {
      heard.close()
    }
  })

  test('tells nothing after it is closed', async ({ driver, owner, spec }) => {
    const heard = listener(driver, owner)
    await heard.seen(({ tag }) => tag === 'Resync')
    heard.close()
    await must(driver.run(spec({ runMs: 0 })))
    await ended(driver, owner)
    assert.is(heard.events.length, 1)
  })

  test('stops with the signal, which is in the exit', async ({ driver, owner, spec }) => {
    const wanted = spec({ prints: ['ready'] })
    await must(driver.run(wanted))
    await firstLine(driver, wanted.ref)
    const exit = await must(driver.stop(wanted.ref, 'SIGTERM', 10_000))
    assert.equal(exit, { exitCode: 143, signal: 'SIGTERM', oomKilled: false })
    assert.equal((await onlyOne(driver, owner)).exit, exit)
  })

  test('kills what ignores the signal when the grace is over', async ({ driver, spec }) => {
    const wanted = spec({ ignoresTerm: true, prints: ['ready'] })
    await must(driver.run(wanted))
    await firstLine(driver, wanted.ref)
    const from = Date.now()
    const exit = await must(driver.stop(wanted.ref, 'SIGTERM', 300))
    assert.equal(exit, { exitCode: 137, signal: 'SIGKILL', oomKilled: false })
    assert.ok(Date.now() - from >= 290)
  })

  test('gives the exit of a container that ended before it was stopped', async ({ driver, owner, spec }) => {
    const wanted = spec({ runMs: 0, exitCode: 5 })
    await must(driver.run(wanted))
    await ended(driver, owner)
    assert.is((await must(driver.stop(wanted.ref, 'SIGTERM', 1_000))).exitCode, 5)
    assert.is((await must(driver.stop(wanted.ref, 'SIGTERM', 1_000))).exitCode, 5)
  })

  test('takes a container that is gone as stopped and removed', async ({ driver, owner, spec }) => {
    const wanted = spec({})
    await must(driver.run(wanted))
    await must(driver.remove(wanted.ref))
    assert.equal(await must(driver.list(owner)), [])
    await must(driver.remove(wanted.ref))
    assert.equal(await must(driver.stop(wanted.ref, 'SIGTERM', 1_000)), { exitCode: null, oomKilled: false })
    assert.equal(await readLogs(driver, wanted.ref, {}), [])
  })
}

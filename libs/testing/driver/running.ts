import * as assert from 'uvu/assert'
import type { Driver } from '#libs/drivers'
import { type DriverTest, ended, must, onlyOne } from './tools'

/** How a driver starts a container, and what it says of it. */
export const running = (test: DriverTest, open: () => Driver): void => {
  test('says which version it is', async ({ driver }) => {
    assert.match(await must(driver.check()), /\d/)
  })

  test('runs a container, and lists it as running', async ({ driver, owner, spec }) => {
    const wanted = spec({})
    const started = await must(driver.run(wanted))
    assert.equal(started.ref, wanted.ref)
    assert.is(started.state, 'running')
    const listed = await onlyOne(driver, owner)
    assert.equal(listed.ref, wanted.ref)
    assert.is(listed.id, started.id)
    assert.is(listed.state, 'running')
    assert.is(listed.exit, undefined)
  })

  test('gives the running container when it is asked to run it again', async ({ driver, owner, spec }) => {
    const wanted = spec({})
    const first = await must(driver.run(wanted))
    const second = await must(driver.run(wanted))
    assert.is(second.id, first.id)
    assert.is((await onlyOne(driver, owner)).id, first.id)
  })

  test('runs one container when it is asked twice at once', async ({ driver, owner, spec }) => {
    const wanted = spec({})
    const [first, second] = await Promise.all([must(driver.run(wanted)), must(driver.run(wanted))])
    assert.is(second.id, first.id)
    assert.is((await onlyOne(driver, owner)).state, 'running')
  })

  test('reports an exit code in the listing', async ({ driver, owner, spec }) => {
    await must(driver.run(spec({ runMs: 0, exitCode: 7 })))
    assert.equal((await ended(driver, owner)).exit, { exitCode: 7, oomKilled: false })
  })

  test('does not run an attempt a second time once it has ended', async ({ driver, owner, spec }) => {
    const wanted = spec({ runMs: 0, exitCode: 3 })
    await must(driver.run(wanted))
    await ended(driver, owner)
    const again = await must(driver.run(wanted))
    assert.is(again.state, 'exited')
    assert.is(again.exit?.exitCode, 3)
  })

  test('chooses a free host port where none is asked for, and keeps telling it', async ({ driver, owner, spec }) => {
    const wanted = spec({}, { ports: [{ name: 'http', port: 8080, hostPort: 0, protocol: 'tcp' }] })
    const [port] = (await must(driver.run(wanted))).ports
    assert.is(port?.name, 'http')
    assert.ok((port?.hostPort ?? 0) > 0)
    assert.equal((await onlyOne(open(), owner)).ports, [port])
  })

  test('measures what runs, and only that', async ({ driver, owner, spec }) => {
    const wanted = spec({})
    await must(driver.run(wanted))
    const [usage, ...rest] = await must(driver.usage(owner))
    assert.is(rest.length, 0)
    assert.equal(usage?.ref, wanted.ref)
    assert.ok((usage?.memoryBytes ?? 0) > 0)
    await must(driver.stop(wanted.ref, 'SIGKILL', 0))
    assert.equal(await must(driver.usage(owner)), [])
  })
}

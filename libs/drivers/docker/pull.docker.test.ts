import Docker from 'dockerode'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { must, mustFail } from '../../testing/driver/tools'
import { startTestRegistry } from '../../testing/registry'
import type { PullProgress } from '../port'
import { dockerDriver } from '.'

const socketPath = process.env.ORK_TEST_DOCKER_SOCKET ?? '/var/run/docker.sock'
const engine = new Docker({ socketPath })
const driver = dockerDriver({ socketPath, timeouts: { pullIdleMs: 3_000 } })

test('pulls an image and tells how far it is', async () => {
  const registry = await startTestRegistry()
  try {
    assert.is(await must(driver.hasImage(registry.image)), false)
    const told: PullProgress[] = []
    await must(driver.pull(registry.image, (progress) => told.push(progress)))
    assert.is(await must(driver.hasImage(registry.image)), true)
    assert.equal(told.at(-1), { doneBytes: registry.layerBytes, totalBytes: registry.layerBytes })
    await must(driver.pull(registry.image, () => undefined))
  } finally {
    await engine.getImage(registry.image).remove({ force: true })
    registry.close()
  }
})

test('pulls by digest', async () => {
  const registry = await startTestRegistry({ layerBytes: 1_000 })
  try {
    await must(driver.pull(registry.digest, () => undefined))
    assert.is(await must(driver.hasImage(registry.digest)), true)
  } finally {
    await engine.getImage(registry.digest).remove({ force: true })
    registry.close()
  }
})

test('takes an image that its registry does not have as missing, in the words of the engine', async () => {
  const registry = await startTestRegistry({ layerBytes: 1_000 })
  const error = await mustFail(driver.pull(registry.missing, () => undefined)).finally(registry.close)
  assert.is(error.tag, 'ImageMissing')
  assert.match(error.what, registry.missing)
})

test('a registry with a login is shown that of the task, and who has none or a wrong one is told so at once', async () => {
  const registry = await startTestRegistry({ layerBytes: 1_000, login: 'team:pass' })
  const pull = (password?: string) =>
    driver.pull(registry.image, () => undefined, password === undefined ? undefined : { username: 'team', password })
  try {
    const [none, wrong] = [await mustFail(pull()), await mustFail(pull('word'))]
    assert.equal([none.tag, wrong.tag], ['ImageMissing', 'ImageMissing'])
    assert.match(none.what, 'wants a login')
    assert.match(wrong.what, 'does not take the login of team')
    await must(pull('pass'))
    await engine.getImage(registry.image).remove({ force: true })
  } finally {
    registry.close()
  }
})

test('gives up on a registry that stops sending, but not on the engine', async () => {
  const registry = await startTestRegistry({ stalls: true })
  const error = await mustFail(driver.pull(registry.image, () => undefined)).finally(registry.close)
  assert.is(error.tag, 'Failed')
  assert.match(error.what, 'no progress for 3 s')
})

test.run()

import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type OpenTestDocker, openTestDocker } from './ensure'
import { ensureTestImage, TEST_IMAGE } from './images'

const images = suite<{ engine: OpenTestDocker }>('test images')
images.before(async (context) => {
  context.engine = await openTestDocker()
})
images.after(({ engine }) => engine.stop())

images('are made without a registry, once', async ({ engine: { docker } }) => {
  assert.is(await ensureTestImage(docker), TEST_IMAGE)
  const first = await docker.getImage(TEST_IMAGE).inspect()
  await ensureTestImage(docker)
  assert.is((await docker.getImage(TEST_IMAGE).inspect()).Id, first.Id)
})

images('carry the command, stop signal, user and environment that were asked for', async ({ engine: { docker } }) => {
  const reference = await ensureTestImage(docker, {
    reference: 'ork-test/particular:1',
    command: ['sh', '-c', 'echo $GREETING; id -u'],
    stopSignal: 'SIGUSR1',
    user: '1000',
    env: { GREETING: 'good "day"' },
  })
  const { Config } = await docker.getImage(reference).inspect()
  assert.equal(Config.Cmd, ['sh', '-c', 'echo $GREETING; id -u'])
  assert.is((Config as { StopSignal?: string }).StopSignal, 'SIGUSR1')
  const container = await docker.createContainer({ Image: reference })
  await container.start()
  assert.is((await container.wait()).StatusCode, 0)
  const output = await container.logs({ stdout: true })
  assert.match(output.toString('utf8'), /good "day"[\s\S]*1000/)
  await container.remove()
})

images('are made again when their recipe changed', async ({ engine: { docker } }) => {
  const reference = 'ork-test/changing:1'
  await ensureTestImage(docker, { reference, command: ['true'] })
  await ensureTestImage(docker, { reference, command: ['false'] })
  assert.equal((await docker.getImage(reference).inspect()).Config.Cmd, ['false'])
})

images.run()

import { existsSync } from 'node:fs'
import type Docker from 'dockerode'
import { isLeft } from 'fp-ts/Either'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { ensureTestImage } from './images'
import { type PrivateDocker, startPrivateDocker } from './private'

type Context = { docker: PrivateDocker }

const startOrThrow = async (liveRestore: boolean): Promise<PrivateDocker> => {
  const started = await startPrivateDocker({ liveRestore })
  if (isLeft(started)) throw new Error(started.left)
  return started.right
}

const runContainer = async (docker: Docker): Promise<Docker.Container> => {
  const image = await ensureTestImage(docker)
  const container = await docker.createContainer({ Image: image, name: 'sleeper', StopTimeout: 1 })
  await container.start()
  return container
}

const startAgain = async (docker: PrivateDocker): Promise<void> => {
  const again = await docker.start()
  if (isLeft(again)) throw new Error(again.left)
}

const live = suite<Context>('private dockerd, live-restore')
live.before(async (context) => {
  context.docker = await startOrThrow(true)
})
live.after(({ docker }) => docker.remove())

live('runs a container from an image that no registry has, on a network of its own', async ({ docker }) => {
  const container = await runContainer(docker.client())
  const { State, NetworkSettings } = await container.inspect()
  assert.ok(State.Running)
  if (docker.network === 'bridge') assert.match(NetworkSettings.Networks.bridge?.IPAddress ?? '', /^10\./)
})

live('keeps a container running over kill -9 and a restart of the daemon', async ({ docker }) => {
  const before = await docker.client().getContainer('sleeper').inspect()
  await docker.kill()
  assert.is(docker.pid(), undefined)
  await startAgain(docker)
  const after = await docker.client().getContainer('sleeper').inspect()
  assert.ok(after.State.Running)
  assert.is(after.State.Pid, before.State.Pid)
})

live('does not answer while it is paused, and answers after', async ({ docker }) => {
  docker.pause()
  const call = docker.client().version()
  const silent = new Promise((resolve) => setTimeout(resolve, 300, 'silence'))
  assert.is(await Promise.race([call, silent]), 'silence')
  docker.resume()
  assert.ok((await call).Version)
})
live.run()

const plain = suite<Context>('private dockerd')
plain.before(async (context) => {
  context.docker = await startOrThrow(false)
})
plain.after(({ docker }) => docker.remove())

plain('without live-restore a container ends with the daemon, and is still listed', async ({ docker }) => {
  await runContainer(docker.client())
  await docker.kill()
  await startAgain(docker)
  const { State } = await docker.client().getContainer('sleeper').inspect()
  assert.not(State.Running)
})

plain('leaves nothing behind when it is removed', async ({ docker }) => {
  await docker.client().getContainer('sleeper').start()
  await docker.remove()
  assert.not(existsSync(docker.dir))
})
plain.run()

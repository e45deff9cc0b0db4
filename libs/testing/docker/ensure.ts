import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import Docker from 'dockerode'
import { type Either, isLeft, left, right } from 'fp-ts/Either'
import { findCommand } from '../commands'
import { installDocker } from './install'
import { startPrivateDocker } from './private'
import { sweepPrivateDockers } from './remnants'

/** An engine for tests. `stop` ends it if it was started for them, and does nothing to one that was there. */
export type TestDocker = {
  readonly socketPath: string
  readonly description: string
  readonly stop: () => Promise<void>
}

const nothingToStop = async (): Promise<void> => undefined

const candidateSockets = (): readonly string[] => {
  const host = process.env.DOCKER_HOST
  return [
    process.env.ORK_TEST_DOCKER_SOCKET,
    host?.startsWith('unix://') ? host.slice('unix://'.length) : undefined,
    '/var/run/docker.sock',
    join(homedir(), '.docker', 'run', 'docker.sock'),
  ].filter((path): path is string => path !== undefined && existsSync(path))
}

const findRunning = async (): Promise<TestDocker | undefined> => {
  for (const socketPath of candidateSockets()) {
    try {
      const { Version } = await new Docker({ socketPath, timeout: 5_000 }).version()
      return { socketPath, description: `Docker Engine ${Version} at ${socketPath}`, stop: nothingToStop }
    } catch {
      // a socket that nobody answers at: a stopped engine leaves it behind
    }
  }
  return undefined
}

const startOwn = async (say: (line: string) => void): Promise<Either<string, TestDocker>> => {
  if (process.getuid?.() !== 0) return left('no Docker is running, and starting a dockerd needs root')
  say('docker: none is running; starting a private dockerd ...')
  const started = await startPrivateDocker()
  if (isLeft(started)) return left(`a private dockerd could not be started: ${started.left}`)
  const { socketPath, network, client, remove } = started.right
  const { Version } = await client().version()
  return right({ socketPath, description: `private dockerd ${Version}, network ${network}`, stop: remove })
}

/**
 * An engine for tests: one that is running (ORK_TEST_DOCKER_SOCKET, a unix DOCKER_HOST, the usual sockets), else a
 * private dockerd, on Debian as root after installing it. Left: why none can be had and what to do.
 */
export const ensureDocker = async (
  options: { readonly say?: (line: string) => void } = {},
): Promise<Either<string, TestDocker>> => {
  const say = options.say ?? console.error
  const running = await findRunning()
  if (running) return right(running)
  const swept = await sweepPrivateDockers()
  if (swept > 0) say(`docker: removed ${swept} private dockerd of a test run that was killed`)
  if (!findCommand('dockerd')) {
    const installed = await installDocker(say)
    if (isLeft(installed)) return installed
  }
  return await startOwn(say)
}

/** The engine of a test file, with a client. `stop` it in the file's `after`. */
export type OpenTestDocker = TestDocker & { readonly docker: Docker }

/**
 * For a `*.docker.test.ts`: the engine that the runner brought up, or, where the file is run by hand, the same as
 * `ensureDocker` finds or starts. Rejects with the reason where there can be none.
 */
export const openTestDocker = async (): Promise<OpenTestDocker> => {
  const found = await ensureDocker()
  if (isLeft(found)) throw new Error(found.left)
  return { ...found.right, docker: new Docker({ socketPath: found.right.socketPath }) }
}

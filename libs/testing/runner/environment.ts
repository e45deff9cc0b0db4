import { isLeft } from 'fp-ts/Either'
import { causeText } from '#libs/kernel'
import { findNatsServer } from '#libs/nats-server'
import { ensureDocker, sweepPrivateDockers } from '../docker'
import type { Kind } from './select'

/** What the test files get: variables to find the real things, or for a kind the reason why it cannot run. */
export type Environment = {
  readonly env: NodeJS.ProcessEnv
  /** These files are skipped, counted, with the reason. */
  readonly skipped: ReadonlyMap<Kind, string>
  /** These files count as failed, with the reason. */
  readonly impossible: ReadonlyMap<Kind, string>
  readonly stop: () => Promise<void>
}

type Say = (line: string) => void

/**
 * Brings up what the kinds need, once, before the first test: finds or fetches nats-server (without one the tests
 * cannot pass), then reaches, starts or installs a Docker Engine (without one its tests are skipped).
 */
export const prepare = async (needed: ReadonlySet<Kind>, say: Say): Promise<Environment> => {
  const env: NodeJS.ProcessEnv = { ...process.env }
  const skipped = new Map<Kind, string>()
  const impossible = new Map<Kind, string>()
  let stop = async (): Promise<void> => undefined
  if (needed.has('nats') || needed.has('docker')) {
    try {
      const { path, version, from } = await findNatsServer({ report: say })
      env.ORK_NATS_SERVER = path
      say(`nats-server: ${version} at ${path} (${from})`)
    } catch (error) {
      const reason = causeText(error)
      say(`nats-server: ${reason}`)
      for (const kind of ['nats', 'docker'] as const) impossible.set(kind, reason)
    }
  }
  if (needed.has('docker') && !impossible.has('docker')) {
    const docker = await ensureDocker({ say })
    if (isLeft(docker)) {
      skipped.set('docker', docker.left)
    } else {
      env.ORK_TEST_DOCKER_SOCKET = docker.right.socketPath
      say(`docker: ${docker.right.description}`)
      stop = async () => {
        await docker.right.stop()
        await sweepPrivateDockers() // those of test files that were killed
      }
    }
  }
  return { env, skipped, impossible, stop }
}

import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import Docker from 'dockerode'
import { type Either, isLeft, left, right } from 'fp-ts/Either'
import { findCommand, pathWithSystemTools, tail } from '../commands'
import { isAlive, sendSignal } from '../processes'
import { type DockerNetwork, networkFlags } from './network'
import { claimDockerDir, makeDockerDir, removeRemnants, shortNameOf } from './remnants'

const READY_MS = 40_000
const STOP_MS = 15_000

export type PrivateDockerOptions = {
  /** Where all its data goes; the same folder again finds the same containers. Default: a new temporary one. */
  readonly dir?: string
  /** Containers outlive the daemon (`--live-restore`), so they are still running after `kill` and `start`. */
  readonly liveRestore?: boolean
  /** What to try, in order; default bridge, nat, none. Swarm needs nat. */
  readonly networks?: readonly DockerNetwork[]
}

/** A dockerd that belongs to this process alone, for tests that stop or kill it. */
export type PrivateDocker = {
  readonly dir: string
  readonly socketPath: string
  readonly network: DockerNetwork
  readonly pid: () => number | undefined
  readonly client: () => Docker
  /** Starts it again on the same data, after `kill` or `stop`. */
  readonly start: () => Promise<Either<string, void>>
  /** kill -9 of dockerd; resolves when it is gone. */
  readonly kill: () => Promise<void>
  /** SIGSTOP: it holds its connections and answers nothing, until `resume`. */
  readonly pause: () => void
  readonly resume: () => void
  /** SIGTERM, as a system would; its data stays. */
  readonly stop: () => Promise<void>
  /** Ends it with its containers and deletes everything it made. */
  readonly remove: () => Promise<void>
}

type Daemon = { readonly child: ChildProcess; readonly exited: Promise<void>; readonly hasExited: () => boolean }

const launch = (binary: string, dir: string, flags: readonly string[]): Daemon => {
  const config = join(dir, 'daemon.json') // the machine's own /etc/docker/daemon.json must not apply here
  writeFileSync(config, '{}\n')
  const log = openSync(join(dir, 'dockerd.log'), 'a')
  const name = shortNameOf(dir)
  const args = [
    `--config-file=${config}`,
    `--data-root=${join(dir, 'data')}`,
    `--exec-root=${join(dir, 'exec')}`,
    `--pidfile=${join(dir, 'dockerd.pid')}`,
    `--host=unix://${join(dir, 'docker.sock')}`,
    `--containerd-namespace=${name}`,
    `--containerd-plugins-namespace=${name}-plugins`,
    '--shutdown-timeout=5',
    ...flags,
  ]
  // Detached: Ctrl-C in the terminal must reach the test, which then stops the daemon in order.
  const child = spawn(binary, args, {
    stdio: ['ignore', log, log],
    detached: true,
    env: { ...process.env, PATH: pathWithSystemTools() },
  })
  let ended = false
  const exited = new Promise<void>((resolve) => {
    const end = (): void => {
      ended = true
      resolve()
    }
    child.once('exit', end).once('error', end)
  })
  child.unref()
  return { child, exited, hasExited: () => ended }
}

const isReady = async (socketPath: string): Promise<boolean> => {
  try {
    await new Docker({ socketPath, timeout: 5_000 }).ping()
    return true
  } catch {
    return false
  }
}

const waitReady = async (daemon: Daemon, dir: string): Promise<Either<string, void>> => {
  const giveUp = Date.now() + READY_MS
  while (!daemon.hasExited() && Date.now() < giveUp) {
    if (await isReady(join(dir, 'docker.sock'))) return right(undefined)
    await sleep(50)
  }
  const how = daemon.hasExited() ? 'ended while it started' : `was not ready after ${READY_MS / 1_000} s`
  return left(`dockerd ${how}; the end of its log:\n${tail(readFileSync(join(dir, 'dockerd.log'), 'utf8'), 12)}`)
}

const endWith = async (daemon: Daemon | undefined, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> => {
  const pid = daemon?.child.pid
  if (!daemon || pid === undefined || daemon.hasExited()) return
  sendSignal(pid, signal)
  sendSignal(pid, 'SIGCONT') // a paused daemon would not see the SIGTERM
  const late = setTimeout(() => sendSignal(pid, 'SIGKILL'), STOP_MS)
  await daemon.exited
  clearTimeout(late)
}

/**
 * Removes what a kill -9 left and the next dockerd would believe: its own pid file (the number may be another process's
 * by now) and that of its containerd, which dies with it but may stay a zombie where process 1 does not reap.
 */
const forgetTheDead = async (dir: string): Promise<void> => {
  rmSync(join(dir, 'dockerd.pid'), { force: true })
  const pidFile = join(dir, 'exec', 'containerd', 'containerd.pid')
  if (!existsSync(pidFile)) return
  const pid = Number(readFileSync(pidFile, 'utf8'))
  for (let round = 0; round < 40 && isAlive(pid); round++) await sleep(50)
  if (!isAlive(pid)) rmSync(pidFile, { force: true })
}

/** Starts on the first network that works, so what refused is known only by trying. */
const startOnSomeNetwork = async (
  binary: string,
  dir: string,
  networks: readonly DockerNetwork[],
  liveRestore: boolean,
): Promise<Either<string, { daemon: Daemon; network: DockerNetwork }>> => {
  let reason = 'none of the networks could be made'
  for (const network of networks) {
    const flags = await networkFlags(network, shortNameOf(dir))
    if (!flags) continue
    await forgetTheDead(dir)
    const daemon = launch(binary, dir, [...flags, ...(liveRestore ? ['--live-restore'] : [])])
    const ready = await waitReady(daemon, dir)
    if (!isLeft(ready)) return right({ daemon, network })
    await endWith(daemon, 'SIGKILL')
    reason = ready.left
  }
  return left(reason)
}

/** Starts a dockerd with data, sockets and network of its own. Left: why not, with the end of the daemon's log. */
export const startPrivateDocker = async (
  options: PrivateDockerOptions = {},
): Promise<Either<string, PrivateDocker>> => {
  const binary = findCommand('dockerd')
  if (!binary) return left('dockerd is not installed (Debian: apt-get install docker.io)')
  const dir = options.dir ?? makeDockerDir()
  mkdirSync(dir, { recursive: true })
  claimDockerDir(dir)
  const liveRestore = options.liveRestore ?? false
  const first = await startOnSomeNetwork(binary, dir, options.networks ?? ['bridge', 'nat', 'none'], liveRestore)
  if (isLeft(first)) {
    await removeRemnants(dir)
    return first
  }
  const { network } = first.right
  let daemon: Daemon | undefined = first.right.daemon
  const socketPath = join(dir, 'docker.sock')
  const signal = (name: NodeJS.Signals) => (): void => {
    if (daemon?.child.pid !== undefined && !daemon.hasExited()) sendSignal(daemon.child.pid, name)
  }
  return right({
    dir,
    socketPath,
    network,
    pid: () => (daemon?.hasExited() ? undefined : daemon?.child.pid),
    client: () => new Docker({ socketPath }),
    start: async () => {
      const again = await startOnSomeNetwork(binary, dir, [network], liveRestore)
      if (isLeft(again)) return again
      daemon = again.right.daemon
      return right(undefined)
    },
    kill: () => endWith(daemon, 'SIGKILL'),
    pause: signal('SIGSTOP'),
    resume: signal('SIGCONT'),
    stop: () => endWith(daemon, 'SIGTERM'),
    remove: async () => {
      await endWith(daemon, 'SIGKILL')
      await removeRemnants(dir)
    },
  })
}

import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { runCommand } from '../commands'
import { isAlive, listProcesses, sendSignal } from '../processes'

const PREFIX = 'ork-docker-'
const OWNER_FILE = 'owner.pid'

/** A new folder for a private dockerd; it remembers this process as its owner, so that others can tell it is in use. */
export const makeDockerDir = (): string => {
  const dir = mkdtempSync(join(tmpdir(), PREFIX))
  claimDockerDir(dir)
  return dir
}

export const claimDockerDir = (dir: string): void => writeFileSync(join(dir, OWNER_FILE), String(process.pid))

/** The name that tells one private dockerd's things apart from another's: its folder's, cut to what a bridge may have. */
export const shortNameOf = (dir: string): string => `ork-${basename(dir).replace(/\W/g, '').slice(-10).toLowerCase()}`

const killAllOf = async (dir: string): Promise<void> => {
  const marks = [`${dir}/`, `-namespace ${shortNameOf(dir)} `]
  for (let round = 0; round < 100; round++) {
    const all = listProcesses().filter((running) => marks.some((mark) => running.command.includes(mark)))
    // The daemons first: a shim that dies under a live dockerd may be reported, or its container started again.
    const daemons = all.filter((running) => /\/?(dockerd|containerd) /.test(running.command))
    const shims = all.filter((running) => running.command.includes('containerd-shim'))
    const doomed = daemons.length > 0 ? daemons : shims
    if (doomed.length === 0) return
    for (const running of doomed) sendSignal(running.pid, 'SIGKILL')
    await sleep(50)
  }
}

/** The ids of the container processes on cgroups of containers that this dockerd made. */
const killContainersOf = (dir: string): void => {
  const folder = join(dir, 'data', 'containers')
  let ids: readonly string[] = []
  try {
    ids = readdirSync(folder)
  } catch {
    return // no container was ever made
  }
  if (ids.length === 0) return
  for (const { pid } of listProcesses()) {
    try {
      const groups = readFileSync(`/proc/${pid}/cgroup`, 'utf8')
      if (ids.some((id) => groups.includes(id))) sendSignal(pid, 'SIGKILL')
    } catch {
      // it ended while we looked
    }
  }
}

const unmountAllBelow = async (dir: string): Promise<void> => {
  const mounted = readFileSync('/proc/self/mounts', 'utf8')
    .split('\n')
    .map((line) => line.split(' ')[1] ?? '')
    .filter((path) => path.startsWith(`${dir}/`))
    .reverse()
  for (const path of mounted) await runCommand('umount', ['-l', path])
}

/** Whatever is left of the private dockerd of this folder goes: processes, mounts, its bridge, the folder itself. */
export const removeRemnants = async (dir: string): Promise<void> => {
  await killAllOf(dir)
  killContainersOf(dir)
  await unmountAllBelow(dir)
  await runCommand('ip', ['link', 'delete', shortNameOf(dir)]) // fails where there is none, which is as good
  rmSync(dir, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
}

const ownerOf = (dir: string): number => {
  try {
    return Number(readFileSync(join(dir, OWNER_FILE), 'utf8'))
  } catch {
    return 0
  }
}

const removeWhere = async (isDoomed: (owner: number) => boolean): Promise<number> => {
  const doomed = readdirSync(tmpdir())
    .filter((name) => name.startsWith(PREFIX))
    .map((name) => join(tmpdir(), name))
    .filter((dir) => isDoomed(ownerOf(dir)))
  for (const dir of doomed) await removeRemnants(dir)
  return doomed.length
}

/** Removes the private dockerds that nobody can stop any more, since their owner was killed; returns how many. */
export const sweepPrivateDockers = (): Promise<number> => removeWhere((owner) => !isAlive(owner))

/** Removes the private dockerds of one owner, and those that nobody can stop any more. */
export const removePrivateDockers = (owner: number): Promise<number> =>
  removeWhere((other) => other === owner || !isAlive(other))

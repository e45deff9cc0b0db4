import { randomUUID } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import * as E from 'fp-ts/Either'
import { failed, leftover, refused } from '../errors'
import { sameOwner } from '../owners'
import {
  type Container,
  type ContainerSpec,
  containerName,
  type DriverError,
  type DriverResult,
  type PublishedPort,
} from '../port'
import { type Known, readContainer } from './containers'
import { type Birth, FILES, findExecutable, folderOf, readNumber, removeFolder, writeBirth } from './files'
import { portVariables, takeHostPort } from './ports'
import { removeProcess } from './stop'
import { superviseProcess } from './supervisor'

/** What a process gets of the worker's own environment; the rest may hold secrets. */
const INHERITED = ['PATH', 'HOME', 'USER', 'LANG', 'LC_ALL', 'TMPDIR', 'TZ']
const START_WAIT_MS = 5_000

const environment = (spec: ContainerSpec, ports: readonly PublishedPort[]): Readonly<Record<string, string>> => {
  const inherited = INHERITED.flatMap((name) => {
    const value = process.env[name]
    return value === undefined ? [] : [[name, value] as const]
  })
  return { ...Object.fromEntries(inherited), ...portVariables(ports), ...spec.env }
}

const takePorts = async (spec: ContainerSpec): Promise<E.Either<DriverError, readonly PublishedPort[]>> => {
  const taken: PublishedPort[] = []
  for (const port of spec.ports) {
    try {
      taken.push({ name: port.name, hostPort: await takeHostPort(port) })
    } catch (cause) {
      const what = `host port ${port.hostPort}/${port.protocol} cannot be had: ${(cause as Error).message}`
      return E.left(failed(what, { next: 'choose another `hostPort`, or 0 for any free one' }))
    }
  }
  return E.right(taken)
}

/** Until the supervisor has started the process: from then on it can be signalled. */
const waitStarted = async (folder: string): Promise<boolean> => {
  for (const giveUp = performance.now() + START_WAIT_MS; performance.now() < giveUp; await sleep(2)) {
    if ((await readNumber(folder, FILES.child)) !== undefined) return true
  }
  return false
}

const launch = async (
  spec: ContainerSpec,
  folder: string,
  birth: Birth,
  ended: () => void,
): DriverResult<Container> => {
  const command = [...(spec.command ?? []), ...(spec.args ?? [])]
  const env = environment(spec, birth.ports)
  const cwd = join(folder, FILES.work)
  try {
    await superviseProcess(folder, command, { cwd, env, ended })
  } catch (cause) {
    await removeFolder(folder)
    return E.left(refused(`cannot start ${command[0]}: ${(cause as Error).message}`, { where: folder }))
  }
  if (await waitStarted(folder)) return E.right({ ref: spec.ref, id: birth.id, state: 'running', ports: birth.ports })
  const late = await readContainer(folder)
  if (late !== undefined) await removeProcess(late, spec.ref)
  return E.left(refused(`${command[0]} did not start within ${START_WAIT_MS / 1000} s`, { where: folder }))
}

const adopt = async (spec: ContainerSpec, known: Known, ended: () => void): DriverResult<Container> => {
  const { owner } = known.birth
  if (!sameOwner(owner, spec.owner)) {
    const what = `the name ${containerName(spec.ref)} is taken by worker ${owner.worker} in cluster ${owner.cluster}`
    return E.left(refused(what, { where: known.folder, next: 'give each cluster a data directory of its own' }))
  }
  if (known.birth.ref.placement !== spec.ref.placement) return E.left(leftover(known.birth.ref, known.folder))
  if (known.container.state !== 'created') return E.right(known.container)
  return launch(spec, known.folder, known.birth, ended)
}

/** Runs the command, or adopts what runs under that name. Resource limits are not enforced. */
export const runProcess = async (dir: string, spec: ContainerSpec, ended: () => void): DriverResult<Container> => {
  const folder = folderOf(dir, spec.ref)
  const known = await readContainer(folder)
  if (known !== undefined) return adopt(spec, known, ended)
  const [program] = [...(spec.command ?? []), ...(spec.args ?? [])]
  if (program === undefined) {
    const next = 'set `command` in the task: the process driver runs no image'
    return E.left(refused(`${containerName(spec.ref)} has no command`, { next }))
  }
  const path = spec.env.PATH ?? process.env.PATH ?? ''
  if ((await findExecutable(program, path, join(folder, FILES.work))) === undefined) {
    return E.left(refused(`no executable ${program} on this host`, { next: `install it, or correct \`command\`` }))
  }
  const ports = await takePorts(spec)
  if (E.isLeft(ports)) return ports
  await removeFolder(folder)
  await mkdir(dir, { recursive: true })
  const birth: Birth = { id: randomUUID(), ref: spec.ref, owner: spec.owner, ports: ports.right }
  await writeBirth(folder, birth)
  return launch(spec, folder, birth, ended)
}

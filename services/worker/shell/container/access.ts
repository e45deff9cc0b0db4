import { realpath } from 'node:fs/promises'
import * as E from 'fp-ts/Either'
import { causeText } from '#libs/kernel'
import { type ContainerSettings, USUAL_CAPABILITIES, wrongHostPath } from '#libs/spec'
import { type Denial, denied } from './denial'

/** What of its machine a worker lets jobs ask for; nothing unless its operator says so. */
export interface HostAccess {
  /** Folders, files and devices, with all that is in them. */
  readonly paths: readonly string[]
  /** Capabilities beyond those that the engine gives every container. */
  readonly capabilities: readonly string[]
}

export const NO_ACCESS: HostAccess = { paths: [], capabilities: [] }

/**
 * What a container may have of what it asks of this machine, with links followed: it gets what was looked at. Left: the
 * first thing that this worker does not give.
 */
export const grant = async (
  settings: ContainerSettings,
  access: HostAccess,
): Promise<E.Either<Denial, ContainerSettings>> => {
  const capability = (settings.capabilities?.add ?? []).find((name) => !givesCapability(access, name))
  if (capability !== undefined) {
    const next = `start the worker with \`--allow-capability ${capability}\`, or do without`
    return E.left(denied(`this worker does not give the capability ${capability}`, next))
  }
  const roots = await Promise.all(access.paths.map((path) => realpath(path).catch(() => path)))
  const volumes = []
  for (const volume of settings.volumes ?? []) {
    const path = volume.type === 'bind' ? await grantPath(volume.source ?? '', roots) : E.right(volume.source)
    if (E.isLeft(path)) return path
    volumes.push({ ...volume, ...(path.right === undefined ? {} : { source: path.right }) })
  }
  const devices = []
  for (const device of settings.devices ?? []) {
    const path = await grantPath(device.source, roots)
    if (E.isLeft(path)) return path
    devices.push({ ...device, source: path.right })
  }
  return E.right({
    ...settings,
    ...(volumes.length === 0 ? {} : { volumes }),
    ...(devices.length === 0 ? {} : { devices }),
  })
}

const givesCapability = ({ capabilities }: HostAccess, name: string): boolean =>
  (USUAL_CAPABILITIES as readonly string[]).includes(name) || capabilities.includes(name)

const grantPath = async (path: string, roots: readonly string[]): Promise<E.Either<Denial, string>> => {
  let real: string
  try {
    real = await realpath(path)
  } catch (cause) {
    return E.left(denied(`${path} is not on this machine: ${causeText(cause)}`, 'make it there, or name another'))
  }
  const leads = real === path ? path : `${path}, which leads to ${real},`
  const wrong = wrongHostPath(real)
  if (wrong !== undefined) return E.left(denied(`${leads} is given to nobody: ${wrong}`, 'name another path'))
  if (roots.some((root) => real === root || real.startsWith(`${root}/`))) return E.right(real)
  const what = `${leads} is not below a path that this worker gives to jobs`
  return E.left(denied(what, `start the worker with \`--allow-path ${path}\`, or name another`))
}

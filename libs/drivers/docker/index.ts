import * as E from 'fp-ts/Either'
import { limiter } from '../bounded'
import { refused } from '../errors'
import { served } from '../owners'
import type { Driver } from '../port'
import { type Connection, connect, type DockerOptions } from './connection'
import { inspectOwn, listContainers } from './containers'
import { dockerCopy } from './copy'
import { dockerExec } from './exec'
import { driverError } from './failures'
import { containerLogs } from './logs'
import { dockerProbe } from './probe'
import { dockerDiscard, dockerUnused } from './prune'
import { pullImage } from './pull'
import { runContainer } from './run'
import { removeContainer, stopContainer } from './stop'
import { usageMeter } from './usage'
import { watchEngine } from './watch'

export type { DockerOptions } from './connection'

/** Docker 20.10: the first with `one-shot` figures. */
const OLDEST_API = 1.41
/** An engine starts no more containers a second when asked for more at once; the time-out counts from the turn. */
const STARTS_AT_ONCE = 16

const checkVersion = async (connection: Connection): ReturnType<Driver['check']> => {
  const { docker, request, timeouts, where } = connection
  const answer = await request(timeouts.callMs, () => docker.version())
  if (E.isLeft(answer)) return E.left(driverError(connection, 'ask for its version', answer.left))
  const { Version, ApiVersion } = answer.right
  const [major = 0, minor = 0] = ApiVersion.split('.').map(Number)
  if (major + minor / 100 >= OLDEST_API) return E.right(Version)
  const what = `Docker Engine ${Version} (API ${ApiVersion}) is too old`
  return E.left(refused(what, { where, next: 'install Docker Engine 20.10 or newer' }))
}

const identity = async (connection: Connection): ReturnType<Driver['identity']> => {
  const { docker, request, timeouts } = connection
  const answer = await request(timeouts.callMs, () => docker.info() as Promise<{ readonly ID: string }>)
  return E.isLeft(answer) ? E.left(driverError(connection, 'ask who it is', answer.left)) : E.right(answer.right.ID)
}

const hasImage = async (connection: Connection, image: string): ReturnType<Driver['hasImage']> => {
  const { docker, request, timeouts } = connection
  const found = await request(timeouts.callMs, () => docker.getImage(image).inspect())
  if (E.isRight(found)) return E.right(true)
  return found.left.status === 404 ? E.right(false) : E.left(driverError(connection, `look for ${image}`, found.left))
}

/** Runs containers on a Docker Engine, the local one unless told otherwise. Connects with the first call. */
export const dockerDriver = (options: DockerOptions = {}): Driver => {
  const connection = connect(options)
  const owners = served()
  const measure = usageMeter(connection)
  const startTurn = limiter(STARTS_AT_ONCE)
  return {
    name: 'docker',
    check: () => checkVersion(connection),
    identity: () => identity(connection),
    list: (owner) => {
      owners.add(owner)
      return listContainers(connection, owner)
    },
    watch: (owner, tell) => {
      owners.add(owner)
      return watchEngine(connection, owner, tell)
    },
    hasImage: (image) => hasImage(connection, image),
    pull: (image, progress, auth) => pullImage(connection, image, progress, auth),
    run: (spec) => {
      owners.add(spec.owner)
      return startTurn(() => runContainer(connection, spec))
    },
    stop: (ref, signal, graceMs) => stopContainer(connection, owners, ref, signal, graceMs),
    remove: (ref) => removeContainer(connection, owners, ref),
    probe: dockerProbe(connection, owners),
    usage: (owner) => measure(owner),
    logs: (ref, logOptions) => containerLogs(connection, owners, ref, logOptions),
    inspect: async (ref) => E.map((info: unknown) => info ?? null)(await inspectOwn(connection, owners, ref)),
    exec: (ref, execOptions) => dockerExec(connection, owners, ref, execOptions),
    unused: (doubted) => dockerUnused(connection, doubted),
    discard: (unused) => dockerDiscard(connection, unused),
    ...dockerCopy(connection, owners),
  }
}

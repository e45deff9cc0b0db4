import type { Readable } from 'node:stream'
import * as E from 'fp-ts/Either'
import { causeText } from '#libs/kernel'
import { failed, imageMissing, unreachable } from '../errors'
import type { DriverError, DriverResult, PullProgress, RegistryAuth } from '../port'
import type { ApiFailure, Connection } from './connection'
import { driverError } from './failures'
import { jsonLines } from './jsonLines'

interface PullMessage {
  readonly status?: string
  readonly id?: string
  readonly error?: string
  readonly progressDetail?: { readonly current?: number; readonly total?: number }
}

/** Sums the downloads of all layers known so far; the total grows while the engine discovers them. */
export const layerSum = (): ((message: PullMessage) => PullProgress | undefined) => {
  const layers = new Map<string, { done: number; total: number }>()
  return ({ id, status, progressDetail }) => {
    if (id === undefined) return undefined
    const layer = layers.get(id)
    const { current, total } = progressDetail ?? {}
    if (status === 'Downloading' && total !== undefined) layers.set(id, { done: current ?? 0, total })
    else if (status === 'Download complete' && layer !== undefined) layers.set(id, { ...layer, done: layer.total })
    else return undefined
    let doneBytes = 0
    let totalBytes = 0
    for (const each of layers.values()) {
      doneBytes += each.done
      totalBytes += each.total
    }
    return { doneBytes, totalBytes }
  }
}

/** The engine answers 404 or 500 alike whether the image, the right to it or the way to its registry is missing. */
const FOR_GOOD = /manifest unknown|manifest for .* not found|does not exist|denied|invalid reference/i
/** What it says to who shows no login, and to who shows a wrong one. */
const NO_ENTRY = /no basic auth credentials|unauthorized|authentication required/i

/** What is pulled, and what the registry is shown for it. */
interface Wish {
  readonly image: string
  readonly auth: RegistryAuth | undefined
}

const pullError = (connection: Connection, { image, auth }: Wish, words: string): DriverError => {
  const noEntry = NO_ENTRY.test(words)
  const kind = noEntry || FOR_GOOD.test(words) ? imageMissing : failed
  const login =
    auth === undefined
      ? 'its registry wants a login, which `registryAuth` of the task names'
      : `its registry does not take the login of ${auth.username} that \`registryAuth\` names`
  return kind(`cannot pull ${image}: ${noEntry ? `${login}: ` : ''}${words}`, {
    where: connection.where,
    next: `is the name right, and can that host reach and log in to its registry? try \`docker pull ${image}\` there`,
  })
}

// None of what the registry says means that the engine is gone; each ends the attempt, and the way to a registry may be
// mended: whether to try again is the restart policy's choice.
const refusedPull = (connection: Connection, wish: Wish, failure: ApiFailure): DriverError => {
  const error = driverError(connection, `pull ${wish.image}`, failure)
  const registryTrouble = failure.status !== undefined && failure.status !== 502 && failure.status !== 503
  return registryTrouble ? pullError(connection, wish, failure.words) : error
}

/** What stopped a pull that makes no progress: the engine, if it does not answer either, else the registry. */
const stalled = async (connection: Connection, wish: Wish): Promise<DriverError> => {
  const { ping, timeouts, where } = connection
  const alive = await ping()
  const words = `no progress for ${timeouts.pullIdleMs / 1000} s`
  return E.isRight(alive)
    ? pullError(connection, wish, words)
    : unreachable(`pull ${wish.image}: ${words}, and the engine does not answer`, { where })
}

const follow = async (
  connection: Connection,
  wish: Wish,
  stream: Readable,
  progress: (progress: PullProgress) => void,
): DriverResult<void> => {
  const sum = layerSum()
  let idle = false
  const timer = setTimeout(() => {
    idle = true
    stream.destroy()
  }, connection.timeouts.pullIdleMs)
  try {
    for await (const message of jsonLines(stream)) {
      timer.refresh()
      const { error } = message as PullMessage
      if (error !== undefined) return E.left(pullError(connection, wish, error))
      const news = sum(message as PullMessage)
      if (news !== undefined) progress(news)
    }
    return E.right(undefined)
  } catch (cause) {
    if (idle) return E.left(await stalled(connection, wish))
    return E.left(
      unreachable(`pull ${wish.image}: the connection broke (${causeText(cause)})`, { where: connection.where }),
    )
  } finally {
    clearTimeout(timer)
    stream.destroy()
  }
}

/** Pulls by tag (`latest` where none is given) or digest; resolves when the image can be run. */
export const pullImage = async (
  connection: Connection,
  image: string,
  progress: (progress: PullProgress) => void,
  auth?: RegistryAuth,
): DriverResult<void> => {
  const { docker, request, timeouts } = connection
  const wish = { image, auth }
  const authconfig = auth === undefined ? {} : { authconfig: auth }
  const opened = await request(timeouts.pullIdleMs, (abortSignal) => docker.pull(image, { ...authconfig, abortSignal }))
  if (E.isRight(opened)) return follow(connection, wish, opened.right as Readable, progress)
  return E.left(opened.left.silent ? await stalled(connection, wish) : refusedPull(connection, wish, opened.left))
}

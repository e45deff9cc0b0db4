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
const FOR_GOOD = /manifest unknown|manifest for .* not found|does not exist|denied|unauthorized|invalid reference/i

const pullError = (connection: Connection, image: string, words: string): DriverError => {
  const kind = FOR_GOOD.test(words) ? imageMissing : failed
  return kind(`cannot pull ${image}: ${words}`, {
    where: connection.where,
    next: `is the name right, and can that host reach and log in to its registry? try \`docker pull ${image}\` there`,
  })
}

// None of what the registry says means that the engine is gone; each ends the attempt, and the way to a registry may be
// mended: whether to try again is the restart policy's choice.
const refusedPull = (connection: Connection, image: string, failure: ApiFailure): DriverError => {
  const error = driverError(connection, `pull ${image}`, failure)
  const registryTrouble = failure.status !== undefined && failure.status !== 502 && failure.status !== 503
  return registryTrouble ? pullError(connection, image, failure.words) : error
}

/** What stopped a pull that makes no progress: the engine, if it does not answer either, else the registry. */
const stalled = async (connection: Connection, image: string): Promise<DriverError> => {
  const { ping, timeouts, where } = connection
  const alive = await ping()
  const words = `no progress for ${timeouts.pullIdleMs / 1000} s`
  return E.isRight(alive)
    ? pullError(connection, image, words)
    : unreachable(`pull ${image}: ${words}, and the engine does not answer`, { where })
}

const follow = async (
  connection: Connection,
  image: string,
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
      if (error !== undefined) return E.left(pullError(connection, image, error))
      const news = sum(message as PullMessage)
      if (news !== undefined) progress(news)
    }
    return E.right(undefined)
  } catch (cause) {
    if (idle) return E.left(await stalled(connection, image))
    return E.left(unreachable(`pull ${image}: the connection broke (${causeText(cause)})`, { where: connection.where }))
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
  const authconfig = auth === undefined ? {} : { authconfig: auth }
  const opened = await request(timeouts.pullIdleMs, (abortSignal) => docker.pull(image, { ...authconfig, abortSignal }))
  if (E.isRight(opened)) return follow(connection, image, opened.right as Readable, progress)
  return E.left(opened.left.silent ? await stalled(connection, image) : refusedPull(connection, image, opened.left))
}

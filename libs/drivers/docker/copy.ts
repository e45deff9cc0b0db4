import type { Readable } from 'node:stream'
import * as E from 'fp-ts/Either'
import { refused } from '../errors'
import type { Served } from '../owners'
import { type AttemptRef, containerName, type DriverResult } from '../port'
import type { ApiFailure, Connection } from './connection'
import { inspectOwn } from './containers'
import { driverError } from './failures'

/** What is copied may be large: only its silence would tell that something is wrong, and the one who asked can leave. */
const COPY_MS = 24 * 3_600_000
/** A link to a link to a link. */
const MAX_LINKS = 8
/** Go's bit of a mode that says it is a folder. */
const FOLDER = 2 ** 31

interface PathStat {
  readonly mode: number
  readonly linkTarget: string
}

/** Copies files out of and into containers, running or not; the engine takes no path outside of them. */
export const dockerCopy = (connection: Connection, served: Served) => {
  const { request, timeouts } = connection

  const containerOf = async (ref: AttemptRef) => {
    const found = await inspectOwn(connection, served, ref)
    if (E.isLeft(found)) return found
    if (found.right === undefined) return E.left(refused(`the container ${containerName(ref)} is not there any more`))
    return E.right(connection.docker.getContainer(found.right.Id))
  }

  const failure = (doing: string, path: string, cause: ApiFailure) =>
    cause.status === 404
      ? refused(`there is no ${path} in the container`, { where: connection.where })
      : driverError(connection, `${doing} ${path}`, cause)

  return {
    copyOut: async (ref: AttemptRef, path: string): DriverResult<Readable> => {
      const container = await containerOf(ref)
      if (E.isLeft(container)) return container
      const opened = await request(timeouts.callMs, () => container.right.getArchive({ path }))
      return E.isLeft(opened) ? E.left(failure('read', path, opened.left)) : E.right(opened.right as Readable)
    },
    isFolder: async (ref: AttemptRef, path: string): DriverResult<boolean> => {
      const container = await containerOf(ref)
      if (E.isLeft(container)) return container
      let at = path
      for (let links = 0; links < MAX_LINKS; links += 1) {
        const looked = await request(timeouts.callMs, () => container.right.infoArchive({ path: at }))
        if (E.isLeft(looked))
          return looked.left.status === 404 ? E.right(false) : E.left(failure('look at', at, looked.left))
        const { mode, linkTarget } = statOf(looked.right)
        if (linkTarget === '' || linkTarget === at) return E.right(mode >= FOLDER)
        at = linkTarget
      }
      return E.right(false)
    },
    copyIn: async (ref: AttemptRef, folder: string, tar: Readable): DriverResult<void> => {
      const container = await containerOf(ref)
      if (E.isLeft(container)) return container
      const put = await request(COPY_MS, (abortSignal) =>
        container.right.putArchive(tar, { path: folder, noOverwriteDirNonDir: 'true', abortSignal }),
      )
      return E.isLeft(put) ? E.left(failure('write into', folder, put.left)) : E.right(undefined)
    },
  }
}

/** The engine says it in a header; the answer has no body. */
const statOf = (answer: Readable & { readonly headers: Readonly<Record<string, string>> }): PathStat => {
  answer.resume()
  const stat = answer.headers['x-docker-container-path-stat'] ?? ''
  return JSON.parse(Buffer.from(stat, 'base64').toString('utf8')) as PathStat
}

import { lstat, stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import * as E from 'fp-ts/Either'
import { extract, pack } from 'tar-fs'
import { causeText } from '#libs/kernel'
import { failed, refused } from '../errors'
import type { DriverResult } from '../port'
import type { Known } from './containers'
import { FILES } from './files'

/** A process sees the machine's files; what is not absolute is in its folder. */
const pathOf = ({ folder }: Known, path: string): string => resolve(join(folder, FILES.work), path)

export const copyOutOfProcess = async (known: Known, path: string): DriverResult<Readable> => {
  const from = pathOf(known, path)
  const found = await lstat(from).catch(() => undefined)
  if (found === undefined) return E.left(refused(`there is no ${path}`, { where: known.folder }))
  return E.right(Readable.from(pack(dirname(from), { entries: [basename(from)], strict: false })))
}

export const isFolderOfProcess = async (known: Known, path: string): Promise<boolean> =>
  (await stat(pathOf(known, path)).catch(() => undefined))?.isDirectory() === true

export const copyIntoProcess = async (known: Known, folder: string, tar: Readable): DriverResult<void> => {
  if (!(await isFolderOfProcess(known, folder))) return E.left(refused(`there is no folder ${folder}`))
  const own = { chown: false, strict: false, validateSymlinks: false }
  try {
    await pipeline(tar, extract(pathOf(known, folder), own))
    return E.right(undefined)
  } catch (cause) {
    return E.left(failed(`cannot unpack into ${folder}: ${causeText(cause)}`, { where: known.folder }))
  }
}

import { existsSync, mkdirSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { causeText, OrkFailure, orkError } from '#libs/kernel'

const NEXT = 'name one that can be written with --data DIR'

/** Makes a folder, and those above it. Node's own way goes round for ever where nothing can be made, as in /proc. */
export const makeFolder = (folder: string): void => {
  if (existsSync(folder)) {
    if (statSync(folder).isDirectory()) return
    throw new OrkFailure(orkError('NoFolder', 'this is not a folder', { where: folder, next: NEXT }))
  }
  makeFolder(dirname(folder))
  try {
    mkdirSync(folder, { mode: 0o700 })
  } catch (cause) {
    if (existsSync(folder)) return // another process was quicker
    throw new OrkFailure(
      orkError('NoFolder', `the folder cannot be made: ${causeText(cause)}`, { where: folder, next: NEXT }),
    )
  }
}

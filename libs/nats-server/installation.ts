import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join, sep } from 'node:path'
import { OrkFailure, orkError } from '#libs/kernel'

const isOrk = (folder: string): boolean => {
  try {
    const manifest: unknown = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
    return typeof manifest === 'object' && manifest !== null && 'name' in manifest && manifest.name === 'ork'
  } catch {
    return false
  }
}

/** The folder that holds ork's package.json, found by walking up from this file. Throws OrkFailure where there is none. */
export const findRoot = (from: string = __dirname): string => {
  for (let folder = from; ; folder = dirname(folder)) {
    if (isOrk(folder)) return folder
    if (dirname(folder) === folder) {
      throw new OrkFailure(orkError('NoInstallation', "found no folder with ork's package.json", { where: from }))
    }
  }
}

/** Where fetched programs are kept: `.tools` of a checkout; the user's cache where ork is an installed package. */
export const toolsFolder = (root: string, env: NodeJS.ProcessEnv = process.env): string => {
  if (!root.split(sep).includes('node_modules')) return join(root, '.tools')
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Caches', 'ork')
  return join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'ork')
}

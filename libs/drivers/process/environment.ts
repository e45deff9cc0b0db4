import { readFile } from 'node:fs/promises'
import type { Known } from './containers'
import { FILES, readNumber } from './files'

/** The environment of an attempt's process, as the system has it; the worker's own where that is not told. */
export const environmentOf = async ({ folder }: Known): Promise<NodeJS.ProcessEnv> => {
  const pid = await readNumber(folder, FILES.child)
  const text = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '')
  const pairs = text.split('\0').flatMap((pair): [string, string][] => {
    const at = pair.indexOf('=')
    return at < 1 ? [] : [[pair.slice(0, at), pair.slice(at + 1)]]
  })
  return pairs.length === 0 ? process.env : Object.fromEntries(pairs)
}

import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** The version in ork's own package.json, found from the code upwards. */
export const orkVersion = (): string => {
  for (let folder = __dirname; ; folder = dirname(folder)) {
    try {
      const found = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
        name?: string
        version?: string
      }
      if (found.name === 'ork') return found.version ?? '0.0.0'
    } catch {
      // no package.json here: look one higher
    }
    if (dirname(folder) === folder) return '0.0.0'
  }
}

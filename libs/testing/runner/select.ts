import { readdirSync } from 'node:fs'
import { join, relative, sep } from 'node:path'

/** What a test file needs: nothing, a real nats-server, or a real Docker Engine (and mostly a nats-server too). */
export type Kind = 'pure' | 'nats' | 'docker'
/** In the order in which they run: what is soon told first, and what runs one at a time before what fills the gaps. */
export const kinds: readonly Kind[] = ['pure', 'docker', 'nats']

export type TestFile = { readonly path: string; readonly name: string; readonly kind: Kind }

/** `x.docker.test.js` is `docker`, `x.nats.test.js` is `nats`, every other `x.test.js` is `pure`. */
const kindOf = (name: string): Kind =>
  name.endsWith('.docker.test.js') ? 'docker' : name.endsWith('.nats.test.js') ? 'nats' : 'pure'

const testFilesBelow = (root: string): readonly string[] =>
  readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.test.js'))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()

/**
 * The test files below `root` of one kind (or all), whose path contains one of the filters (no filter: every file),
 * in the order of `kinds`.
 */
export const selectTestFiles = (root: string, kind: Kind | 'all', filters: readonly string[]): readonly TestFile[] => {
  const files = testFilesBelow(root).map((path) => {
    const name = relative(root, path).split(sep).join('/')
    return { path, name, kind: kindOf(name) }
  })
  return kinds.flatMap((wanted) =>
    files.filter(
      (file) =>
        file.kind === wanted &&
        (kind === 'all' || kind === wanted) &&
        (filters.length === 0 || filters.some((filter) => file.name.includes(filter.replace(/\.ts$/, '')))),
    ),
  )
}

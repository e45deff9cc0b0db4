import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { emptyCluster, evolve, FOLD_VERSION, ignoreChanges, writeCluster } from '#libs/cluster'
import { historyArbitrary } from './arbitraries/history'

const HISTORIES = 200

/**
 * What the fold makes of many histories, as one SHA-256. It changes with what an event means, with what the cluster is
 * made of and how that is written, and with what may happen at all.
 */
export const foldDigest = (): string => {
  const hash = createHash('sha256')
  for (const entries of fc.sample(historyArbitrary, { numRuns: HISTORIES, seed: 1 })) {
    const cluster = emptyCluster()
    for (const entry of entries) evolve(cluster, entry, ignoreChanges)
    for (const line of writeCluster(cluster)) hash.update(line)
  }
  return hash.digest('hex')
}

export const FOLD_VERSION_FILE = 'libs/cluster/snapshot/foldVersion.ts'

const text = (version: number, digest: string): string =>
  `// Written by \`npm run docs\`, which raises the version when the fold is no longer the one of this digest.
/** Snapshots of another version are not read: what they hold came of another fold. */
export const FOLD_VERSION = ${version}
export const FOLD_DIGEST = '${digest}'
`

/** The file as it should be: as it is while the digest is right, else of the next version. */
export const foldVersionFile = (root: string): string => {
  const digest = foldDigest()
  const now = readFileSync(join(root, FOLD_VERSION_FILE), 'utf8')
  return now.includes(`'${digest}'`) ? now : text(FOLD_VERSION + 1, digest)
}

import { createHash } from 'node:crypto'
import { type Cluster, dumpCluster } from '#libs/cluster'
import type { ViewPart } from './replies'

/**
 * A view in parts, each with its SHA-256; the values only of the keys that were asked for. All parts are of one moment:
 * nothing is folded in between.
 */
export const viewParts = (service: string, cluster: Cluster, keys: readonly string[]): readonly ViewPart[] => {
  const wanted = new Set(keys)
  const parts: ViewPart[] = [{ service, seq: cluster.seq, key: '', digest: '' }]
  for (const [key, value] of dumpCluster(cluster)) {
    const digest = createHash('sha256').update(JSON.stringify(value)).digest('hex')
    parts.push({ service, seq: cluster.seq, key, digest, ...(wanted.has(key) ? { value } : {}) })
  }
  return parts
}

import * as E from 'fp-ts/Either'
import { type Cluster, ClusterReader, writeCluster } from '#libs/cluster'

/** A cluster that can be folded on without touching this one. */
export const copyOf = (cluster: Cluster): Cluster => {
  const reader = new ClusterReader()
  for (const line of writeCluster(cluster)) reader.line(line)
  const copy = reader.end()
  if (E.isLeft(copy)) throw new Error(`a cluster does not come back: ${copy.left}`)
  return copy.right
}

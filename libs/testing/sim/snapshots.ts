import * as E from 'fp-ts/Either'
import { type Cluster, ClusterReader, emptyCluster, writeCluster } from '#libs/cluster'
import type { Random } from './random'

const KEPT = 3

/** Snapshots of live views, written and read as ork does but for the packing; services start from one, old or new, or none. */
export class Snapshots {
  private readonly kept: { readonly seq: number; readonly lines: readonly string[] }[] = []

  take(cluster: Cluster): void {
    if (cluster.seq <= (this.kept.at(-1)?.seq ?? 0)) return
    this.kept.push({ seq: cluster.seq, lines: [...writeCluster(cluster)] })
    if (this.kept.length > KEPT) this.kept.shift()
  }

  /** What a service begins with. */
  choose(random: Random): Cluster {
    const chosen = random.chance(0.25) ? undefined : random.chance(0.7) ? this.kept.at(-1) : this.kept[0]
    if (chosen === undefined) return emptyCluster()
    const reader = new ClusterReader()
    for (const line of chosen.lines) reader.line(line)
    const read = reader.end()
    if (E.isLeft(read)) throw new Error(`a snapshot cannot be read: ${read.left}`)
    return read.right
  }
}

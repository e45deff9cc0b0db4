import * as E from 'fp-ts/Either'
import { type Cluster, ClusterReader, emptyCluster, writeCluster } from '#libs/cluster'
import type { Random } from './random'

const KEPT = 3

interface Snapshot {
  readonly seq: number
  readonly lines: readonly string[]
}

/** Snapshots of live views, written and read as ork does but for the packing; services start from one, old or new, or none. */
export class Snapshots {
  private readonly kept: Snapshot[] = []

  take(cluster: Cluster): void {
    if (cluster.seq <= (this.kept.at(-1)?.seq ?? 0)) return
    this.kept.push({ seq: cluster.seq, lines: [...writeCluster(cluster)] })
    if (this.kept.length > KEPT) this.kept.shift()
  }

  /** Removes all but the newest so many; gives the oldest that is left. */
  keep(count: number): Snapshot | undefined {
    this.kept.splice(0, Math.max(0, this.kept.length - count))
    return this.kept[0]
  }

  /** What a service begins with, where the log begins at `firstSeq`: what was archived must be in it. */
  choose(random: Random, firstSeq: number): Cluster {
    const drawn = random.chance(0.25) ? undefined : random.chance(0.7) ? this.kept.at(-1) : this.kept[0]
    const chosen = (drawn?.seq ?? 0) + 1 >= firstSeq ? drawn : this.kept.at(-1)
    if (chosen === undefined) return emptyCluster()
    return readSnapshot(chosen)
  }
}

export const readSnapshot = ({ lines }: Snapshot): Cluster => {
  const reader = new ClusterReader()
  for (const line of lines) reader.line(line)
  const read = reader.end()
  if (E.isLeft(read)) throw new Error(`a snapshot cannot be read: ${read.left}`)
  return read.right
}

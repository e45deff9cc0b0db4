import { setImmediate as nextTurn } from 'node:timers/promises'
import { type Cluster, evolve, FOLD_VERSION, ignoreChanges } from '#libs/cluster'
import type { OrkError } from '#libs/kernel'
import { idAt, listSnapshots, newestSnapshot, type SnapshotSource } from './load'
import { packSnapshot } from './pack'
import { nextSlot, outlived } from './slots'

/** Stores a snapshot of the cluster, which must not change meanwhile; the newest three are kept. Throws OrkFailure. */
export const storeSnapshot = async (source: SnapshotSource, cluster: Cluster): Promise<void> => {
  const { log, objects } = source
  const { seq } = cluster
  const head = { cluster: log.cluster, fold: FOLD_VERSION, seq, lastId: (await idAt(log, seq)) ?? '' }
  const all = await listSnapshots(source)
  const about = { seq: String(seq), cluster: log.cluster }
  await objects.write(nextSlot(all, log.cluster), about, packSnapshot({ head, cluster }))
  for (const { name } of outlived(all)) await objects.remove(name)
}

/**
 * Takes a snapshot without a look at any live view: the newest one is read again, which proves it, what came after it
 * is folded, and the result is stored. Returns its sequence. Throws OrkFailure.
 */
export const advanceSnapshot = async (source: SnapshotSource, warn: (error: OrkError) => void): Promise<number> => {
  const { cluster } = await newestSnapshot(source, warn)
  const before = cluster.seq
  const to = await source.log.lastSeq()
  if (to > before) {
    for await (const entries of source.log.read({ from: before + 1, to })) {
      for (const entry of entries) evolve(cluster, entry, ignoreChanges)
      await nextTurn() // what this process does besides comes first
    }
  }
  if (cluster.seq > before) await storeSnapshot(source, cluster)
  return cluster.seq
}

import * as E from 'fp-ts/Either'
import { FOLD_VERSION } from '#libs/cluster'
import type { Connection } from '#libs/log'
import { checkSnapshot, listSnapshots, type Snapshot } from '#libs/snapshots'

/** The newest snapshot that can be used, of at most that sequence; null when there is none. */
export const snapshotUpTo = async (connection: Connection, seq: number): Promise<Snapshot | null> => {
  for (const one of await listSnapshots(connection)) {
    if (one.fold !== FOLD_VERSION || one.seq > seq) continue
    const checked = await checkSnapshot(connection, one.name)
    if (E.isRight(checked) && checked.right.head.seq <= seq) return checked.right
  }
  return null
}

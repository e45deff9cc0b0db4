import { OrkFailure, orkError } from '#libs/kernel'
import type { Connection } from '#libs/log'
import { lastSeqOf, type Point } from '../client/point'
import { type ClusterChanges, changesBetween, momentOf } from './changes'
import { clusterAt } from './replay'

/** What changed in a cluster between two moments. Throws OrkFailure, and Interrupted. */
export const diff = async (
  connection: Connection,
  [from, to]: readonly [Point, Point],
  signal: AbortSignal,
): Promise<ClusterChanges> => {
  const [first, last] = [await lastSeqOf(connection.log, from), await lastSeqOf(connection.log, to)]
  if (first > last) {
    throw new OrkFailure(
      orkError('BadRange', `sequence ${first} is after ${last}`, { next: 'name the earlier moment first' }),
    )
  }
  const before = await clusterAt(connection, first, signal)
  const then = momentOf(before.cluster, before.time)
  const after = await clusterAt(connection, last, signal, before.cluster)
  return changesBetween(then, momentOf(after.cluster, after.time))
}

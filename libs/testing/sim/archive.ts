import { contentOf, emptyCluster, evolve, ignoreChanges } from '#libs/cluster'
import { readSnapshot } from './snapshots'
import type { World } from './world'

/**
 * Somebody takes a snapshot, removes all but the newest so many, and runs `ork archive`: what is before the oldest of them
 * goes into the archive, once it is proved to lead to that snapshot.
 */
export const archive = (world: World, snapshots: number): void => {
  world.takeSnapshot()
  const oldest = world.snapshots.keep(snapshots)
  const { servers } = world
  const upTo = Math.min(oldest?.seq ?? 0, servers.store.lastSeq - 1)
  if (oldest === undefined || upTo < servers.store.firstSeq) return
  if (contentAt(world, oldest.seq) !== contentOf(readSnapshot(oldest)))
    return world.fail('a snapshot is the fold of all before it', `that of ${oldest.seq} is not`)
  world.note(`events ${servers.store.firstSeq} to ${upTo} are archived`)
  servers.archive(upTo)
}

/** What the log has come to by a sequence, from its first event. */
const contentAt = ({ servers }: World, seq: number): string => {
  const cluster = emptyCluster()
  for (let next = 1; next <= seq; next += 1) {
    const entry = servers.at(next)?.entry
    if (entry !== undefined) evolve(cluster, entry, ignoreChanges)
  }
  return contentOf(cluster)
}

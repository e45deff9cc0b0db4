import { type Cluster, dumpCluster, emptyCluster, evolve, ignoreChanges } from '#libs/cluster'
import type { LiveView } from '../observer'
import type { World } from '../world'
import type { Invariant } from './invariant'

/** Whatever was delivered, when and how often: who has come to the same sequence has the same view. */
export const folds: Invariant = {
  name: 'every live view is the fold of the log',
  watch: (world, fail) => ({
    looked: () => {
      for (const view of world.views) {
        const wrong = differs(world, view)
        if (wrong !== null) fail(`${view.service} at ${view.cluster.seq}: ${wrong}`)
      }
    },
  }),
}

/** What in a view is not as it must be; null where all is, or where it is still on its way. */
const differs = (world: World, { cluster, only }: LiveView): string | null => {
  if (only === null) return cluster.seq === world.truth.seq ? firstDifference(cluster, world.truth) : null
  const fold = emptyCluster()
  for (let seq = 1; seq <= cluster.seq; seq += 1) {
    const entry = world.servers.store.at(seq)?.entry
    if (entry !== undefined && entry.event.type !== 'Unreadable' && only(entry.event))
      evolve(fold, entry, ignoreChanges)
  }
  return firstDifference(cluster, fold)
}

const firstDifference = (found: Cluster, expected: Cluster): string | null => {
  const [are, should] = [new Map(dumpCluster(found)), new Map(dumpCluster(expected))]
  for (const key of new Set([...should.keys(), ...are.keys()])) {
    const [is, shouldBe] = [JSON.stringify(are.get(key)), JSON.stringify(should.get(key))]
    if (is !== shouldBe) return `${key} is ${is} and should be ${shouldBe}`
  }
  return null
}

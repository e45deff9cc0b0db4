import { type Cluster, dumpCluster, emptyCluster, evolve, ignoreChanges, isPlaced } from '#libs/cluster'
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
const differs = (world: World, { service, cluster, only }: LiveView): string | null => {
  if (only === null) {
    return cluster.seq === world.truth.seq ? firstDifference(dumpCluster(cluster), dumpCluster(world.truth)) : null
  }
  const fold = emptyCluster()
  for (let seq = 1; seq <= cluster.seq; seq += 1) {
    const entry = world.servers.store.at(seq)?.entry
    if (entry !== undefined && entry.event.type !== 'Unreadable' && only(entry.event))
      evolve(fold, entry, ignoreChanges)
  }
  return firstDifference(ownPart(cluster, service), ownPart(fold, service))
}

/** What a worker's view is for: the jobs, and what was placed on it. Of the rest a snapshot tells it more than it follows. */
function* ownPart(cluster: Cluster, worker: string): Generator<readonly [string, unknown]> {
  for (const { name, version, state, tasks } of cluster.jobs.values()) {
    yield [`job/${name}`, { version, state }]
    for (const { name: task, instances } of tasks.values()) {
      for (const { index, state, attempt, placedSeq, worker: on } of instances) {
        if (on === worker && isPlaced(state)) yield [`${name}.${task}.${index}`, { state, attempt, placedSeq }]
      }
    }
  }
}

type Parts = Iterable<readonly [string, unknown]>

const firstDifference = (found: Parts, expected: Parts): string | null => {
  const [are, should] = [new Map(found), new Map(expected)]
  for (const key of new Set([...should.keys(), ...are.keys()])) {
    const [is, shouldBe] = [JSON.stringify(are.get(key)), JSON.stringify(should.get(key))]
    if (is !== shouldBe) return `${key} is ${is} and should be ${shouldBe}`
  }
  return null
}

import { type Cluster, dumpCluster, emptyCluster, evolve, ignoreChanges, isPlaced } from '#libs/cluster'
import type { LiveView } from '../observer'
import type { World } from '../world'
import type { Invariant } from './invariant'

/** Whatever was delivered, when and how often: who has come to the same sequence has the same view. */
export const folds: Invariant = {
  name: 'every live view is the fold of the log',
  watch: (world, fail) => {
    const ownFolds = new Map<string, OwnFold>()
    return {
      looked: () => {
        const truth = written(dumpCluster(world.truth))
        for (const view of world.views) {
          const wrong = differs(world, view, truth, ownFolds)
          if (wrong !== null) fail(`${view.service} at ${view.cluster.seq}: ${wrong}`)
        }
      },
    }
  },
}

/** The fold of what one worker follows, up to a sequence of the log. */
interface OwnFold {
  readonly cluster: Cluster
  seq: number
}

/** What in a view is not as it must be; null where all is, or where it is still on its way. */
const differs = (
  world: World,
  { service, cluster, only }: LiveView,
  truth: Parts,
  ownFolds: Map<string, OwnFold>,
): string | null => {
  if (only === null) {
    return cluster.seq === world.truth.seq ? firstDifference(written(dumpCluster(cluster)), truth) : null
  }
  // One that began anew from an older snapshot has not come as far as we have: then it is folded from the first event.
  const known = ownFolds.get(service)
  const fold = known === undefined || known.seq > cluster.seq ? { cluster: emptyCluster(), seq: 0 } : known
  ownFolds.set(service, fold)
  while (fold.seq < cluster.seq) {
    fold.seq += 1
    const entry = world.servers.at(fold.seq)?.entry
    if (entry !== undefined && entry.event.type !== 'Unreadable' && only(entry.event))
      evolve(fold.cluster, entry, ignoreChanges)
  }
  return firstDifference(written(ownPart(cluster, service)), written(ownPart(fold.cluster, service)))
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

/** The parts of a view, each as JSON. */
type Parts = ReadonlyMap<string, string>

const written = (parts: Iterable<readonly [string, unknown]>): Parts =>
  new Map(Array.from(parts, ([key, part]) => [key, JSON.stringify(part)]))

const firstDifference = (are: Parts, should: Parts): string | null => {
  for (const key of new Set([...should.keys(), ...are.keys()])) {
    if (are.get(key) !== should.get(key)) return `${key} is ${are.get(key)} and should be ${should.get(key)}`
  }
  return null
}

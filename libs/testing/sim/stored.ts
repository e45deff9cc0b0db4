import { type Cluster, evolve, findInstance, ignoreChanges, isUp } from '#libs/cluster'
import type { Entry, OrkEvent } from '#libs/events'
import type { InstanceBefore, Stored } from './observer'

/** Folds the next entry of the log, and tells what the fold made of it; null for one that cannot be read. */
export const foldNext = (truth: Cluster, entry: Entry): Stored | null => {
  const { seq, event } = entry
  const before = event.type === 'Unreadable' ? null : instanceBefore(truth, event)
  const { stale, illegal } = truth.ignored
  evolve(truth, entry, ignoreChanges)
  if (event.type === 'Unreadable') return null
  const { ignored } = truth
  const took = ignored.stale > stale ? 'stale' : ignored.illegal > illegal ? 'illegal' : 'effect'
  return { seq, event, took, before }
}

const instanceBefore = (truth: Cluster, { data }: OrkEvent): InstanceBefore | null => {
  if (!('index' in data) || data.task === null || data.index === null) return null
  const instance = findInstance(truth, data.job, data.task, data.index)
  if (instance === undefined) return null
  const { state, health, attempt, placedSeq, retiring } = instance
  const isRetiringUp = retiring !== null && isUp(retiring)
  return { state, health, attempt, placedSeq, retiringSeq: retiring?.placedSeq ?? null, isRetiringUp }
}

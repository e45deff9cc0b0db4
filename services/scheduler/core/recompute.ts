import { type Cluster, findInstance, type Instance } from '#libs/cluster'
import type { EventOf } from '#libs/events'
import type { PlacementPolicy } from '#libs/spec'
import { Deciding, policyFor, settle } from './decide'
import { type Remedy, remediesFor } from './remedy'
import { judgeAll, type WorkerVerdict } from './survey'
import { hear, viewOf } from './view'

export type Placement = EventOf<'TaskScheduled'>['data']

/** A decision made again. */
export interface Recomputed {
  /** What is decided about the instance; null: it is given no place. */
  readonly placement: Placement | null
  readonly policy: PlacementPolicy
  /** What each worker was to it when it had its turn, in the order of their names. */
  readonly workers: readonly WorkerVerdict[]
  /** What would have to change for it to fit somewhere; empty where it fits. */
  readonly remedies: readonly Remedy[]
  /** How many had their turn before it in the same batch, and were given a place. */
  readonly ahead: number
  /** Whether it, or one that had its turn before it, went by measured use, which the log does not keep. */
  readonly measured: boolean
}

type Ref = Pick<Instance, 'task' | 'index'>

/**
 * What is decided about an instance on a cluster that was folded elsewhere, to the sequence that a TaskScheduled names
 * as `asOf`: the same worker, since a decision follows from the cluster alone; only `least-loaded` looks at heartbeats
 * too (the last of each worker until then). Null where there is no such instance.
 */
export const recompute = (
  cluster: Cluster,
  { task, index }: Ref,
  heartbeats: readonly EventOf<'WorkerHeartbeat'>[] = [],
): Recomputed | null => {
  const target = findInstance(cluster, task.job.name, task.name, index)
  if (target === undefined) return null
  const view = viewOf(cluster)
  for (const heartbeat of heartbeats) hear(view, heartbeat)
  settle(view)
  const deciding = new Deciding(view)
  let ahead = 0
  let measured = policyFor(view, target) === 'least-loaded'
  // Without the bounds on a batch: a decision does not depend on where batches end.
  for (let next = deciding.next(); next !== undefined && next !== target; next = deciding.next()) {
    if (deciding.place(next)?.draft.type !== 'TaskScheduled') continue
    ahead += 1
    measured ||= policyFor(view, next) === 'least-loaded'
  }
  deciding.keepFor(target)
  const policy = policyFor(view, target)
  const { workers, remedies } = view.claims.without(target, () => {
    const workers = judgeAll(view, target, policy)
    return { workers, remedies: workers.some(({ fits }) => fits) ? [] : remediesFor(view, target) }
  })
  const decision = deciding.next() === target ? deciding.place(target) : null
  const placement = decision?.draft.type === 'TaskScheduled' ? decision.draft.data : null
  return { placement, policy, workers, remedies, ahead, measured }
}

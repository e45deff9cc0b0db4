import type { Cluster, Instance } from '#libs/cluster'
import type { EventOf } from '#libs/events'
import { schedulerCore } from './decide'
import { viewOf } from './view'

/** Without the bounds on a batch: a decision must not depend on where batches end. */
const UNBOUNDED = { decisions: Number.POSITIVE_INFINITY, looks: Number.POSITIVE_INFINITY }

export type Placement = EventOf<'TaskScheduled'>['data']

/**
 * What is decided about an instance on a cluster that was folded elsewhere, to the sequence that a TaskScheduled names
 * as `asOf`: the same worker, since a decision follows from the cluster alone. Null: it is given no place.
 */
export const recompute = (cluster: Cluster, { task, index }: Instance): Placement | null => {
  const view = viewOf(cluster)
  const { decisions } = schedulerCore(UNBOUNDED).decide(view, { wall: 0, mono: 0 })
  for (const { draft } of decisions) {
    if (draft.type !== 'TaskScheduled') continue
    const { data } = draft
    if (data.job === task.job.name && data.task === task.name && data.index === index) return data
  }
  return null
}

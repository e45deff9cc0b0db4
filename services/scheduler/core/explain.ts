import type { Instance } from '#libs/cluster'
import { DEFAULT_POLICY, type Policy } from './policies'
import { judgeAll, Plan, type WorkerVerdict } from './rank'
import type { SchedulerView } from './view'

/** What each worker is to an instance, as the cluster stands now: asks the very functions that decide. */
export const explain = (
  view: SchedulerView,
  instance: Instance,
  policy: Policy = DEFAULT_POLICY,
): readonly WorkerVerdict[] => judgeAll(view.cluster.workers.values(), instance, new Plan(), policy)

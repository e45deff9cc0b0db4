import type { Instance } from '#libs/cluster'
import { policyFor } from './decide'
import { Keeper } from './keep'
import { judgeAll, type WorkerVerdict } from './survey'
import { beginAnew, type SchedulerView } from './view'

/** What each worker is to an instance, as the cluster stands now: asks the very functions that decide. */
export const explain = (view: SchedulerView, instance: Instance): readonly WorkerVerdict[] => {
  beginAnew(view) // promises count within a batch alone, and this comes after one
  if (instance.state === 'pending') new Keeper(view).before(instance)
  return view.claims.without(instance, () => judgeAll(view, instance, policyFor(view, instance)))
}

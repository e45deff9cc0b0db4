import type { Instance } from '#libs/cluster'
import { policyFor } from './decide'
import { Keeper } from './keep'
import { judgeAll, type WorkerVerdict } from './survey'
import { forgetPromises, type SchedulerView } from './view'

/** What each worker is to an instance, as the cluster stands now: asks the very functions that decide. */
export const explain = (view: SchedulerView, instance: Instance): readonly WorkerVerdict[] => {
  forgetPromises(view) // they count within a batch alone, and this comes after one
  view.kept = null
  if (instance.state === 'pending') new Keeper(view).before(instance)
  return judgeAll(view, instance, policyFor(view, instance))
}

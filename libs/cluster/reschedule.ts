import { backoffMs, NONE } from '#libs/kernel'
import { rescheduleOf } from '#libs/spec'
import type { Instance, Task } from './model/job'
import { isWanted } from './queries'

/** How long an instance that has failed where it was waits to be placed anew; milliseconds, null: it has failed for good. */
export const rescheduleAfterMs = (instance: Instance): number | null => {
  if (instance.state !== 'failed' || !isWanted(instance)) return null
  const { spec, job } = instance.task
  const policy = rescheduleOf(spec, job.kind)
  if (policy.attempts !== null && instance.reschedules >= policy.attempts) return null
  return backoffMs(policy, instance.reschedules)
}

/** Whether any instance of a task, though it has failed, will be placed anew. */
export const hasReschedules = ({ counts, instances }: Task): boolean => {
  if (counts.failed === 0) return false
  for (const instance of instances.made()) if (rescheduleAfterMs(instance) !== null) return true
  return false
}

/** Its next failure is the first in a row, and no worker is avoided for those before. */
export const forgetFailures = (instance: Instance): void => {
  instance.reschedules = 0
  instance.avoids = NONE
}

/** Nor does it count any more which workers turned it down: it is asked of all of them anew. */
export const forgetTroubles = (instance: Instance): void => {
  forgetFailures(instance)
  instance.rejectedBy = NONE
}

import { sameTemplate, updateOf } from '#libs/spec'
import { isUp } from './lifecycle'
import type { Job, Task } from './model/job'
import { isOutdated } from './queries'

/**
 * Whether some instances of a task are replaced before the others, for somebody to look at. What the last good version
 * was made of needs no looking at: a job goes back to that at once.
 */
export const needsCanaries = (task: Task): boolean =>
  updateOf(task.spec).canary > 0 && task.job.update?.promoted !== true && !wasGood(task)

const wasGood = ({ job, name, spec }: Task): boolean => {
  const good = job.stable?.spec.tasks.find((task) => task.name === name)
  return good !== undefined && sameTemplate(good, spec)
}

/** Whether the canaries of an update are up, and the other instances wait for `ork promote`. */
export const awaitsPromotion = ({ update, tasks }: Job): boolean => {
  if (update?.state !== 'running' || update.promoted) return false
  const waiting = [...tasks.values()].filter(({ outdated }) => outdated > 0)
  return waiting.length > 0 && waiting.every(hasCanariesUp)
}

const hasCanariesUp = (task: Task): boolean => {
  const { canary, autoPromote } = updateOf(task.spec)
  if (autoPromote || !needsCanaries(task)) return false // most updates, of however many instances
  const fresh = [...task.instances].slice(0, task.replicas).filter((instance) => !isOutdated(instance))
  return fresh.length >= canary && fresh.every((instance) => instance.state === 'running' && isUp(instance))
}

import { type Instance, isColocated, isWanted, type Job, type Task } from '#libs/cluster'
import { DEFAULT_PRIORITY } from '#libs/spec'

/** What a job's instances are worth, when it comes to whose turn it is and whose place. */
export const priorityOf = ({ spec }: Job): number => spec.priority ?? DEFAULT_PRIORITY

/** What a point of priority is worth: so many milliseconds of waiting. */
const POINT_MS = 10_000

/** When an instance is served, lowest first. It ages by itself: who comes later with a higher priority gains only so much. */
export const turnOf = ({ task, since }: Instance): number =>
  since - (priorityOf(task.job) - DEFAULT_PRIORITY) * POINT_MS

/** By turn, then by name. */
export const byTurn = (a: Instance, b: Instance): number => turnOf(a) - turnOf(b) || byName(a, b)

/** By job, task and index: of those whose turn it is at the same time, so that the order follows from the cluster alone. */
export const byName = (a: Instance, b: Instance): number => {
  const [one, two] = [a.task, b.task]
  return compare(one.job.name, two.job.name) || compare(one.name, two.name) || a.index - b.index
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** Whether the instance is the scheduler's to place. */
export const isWaiting = (instance: Instance): boolean => instance.state === 'pending' && isWanted(instance)

/**
 * Whether it waits for itself, and not with its task: workers have turned it down, one is kept for it, or each of the task
 * has places of its own.
 */
export const isAlone = ({ rejectedBy, awaits, task }: Instance): boolean =>
  rejectedBy.length > 0 || awaits !== null || task.job.kind === 'system' || isApart(task)

/** Whether the instances of a task are not alike: where one may go, another may not. */
export const isApart = (task: Task): boolean =>
  hasOwnVolumes(task) || task.spec.distinctWorkers === true || isColocated(task.job)

/** Whether each instance of a task has volumes of its own, and with them a place of its own. */
const hasOwnVolumes = ({ spec }: Task): boolean =>
  spec.volumes?.some(({ type, source = '' }) => type === 'volume' && source.includes('${ork.index}')) ?? false

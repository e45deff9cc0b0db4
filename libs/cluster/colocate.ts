import { addResources, NONE, type Resources } from '#libs/kernel'
import { isPlaced } from './lifecycle'
import type { Cluster } from './model/cluster'
import type { Attempt, Instance, Job } from './model/job'
import type { Worker } from './model/worker'
import { isAskedFor, isWanted } from './queries'
import { rescheduleAfterMs } from './reschedule'

/**
 * All tasks of one replica of a job on one worker (`placement: {colocate: true}`). A replica is what there is of one number
 * in each of its tasks: `web.api.1` and `web.log.1`.
 */
export const isColocated = ({ spec }: Job): boolean => spec.placement?.colocate === true && spec.tasks.length > 1

/** The other instances of its replica that are asked for; none where a job is not colocated. */
export const matesOf = (instance: Pick<Attempt, 'task' | 'index'>): readonly Instance[] => {
  const { task, index } = instance
  if (!isColocated(task.job)) return NONE
  const mates: Instance[] = []
  for (const other of task.job.tasks.values()) {
    const at = other === task ? -1 : indexIn(other, instance)
    if (at < 0 || !isAskedFor({ task: other, index: at })) continue
    const mate = other.instances.at(at)
    if (mate !== undefined && mate.run === (task.instances.at(index)?.run ?? null)) mates.push(mate)
  }
  return mates
}

/** The index that an instance's replica has in another task; -1: none. Runs of a cron job have as many each. */
const indexIn = (other: Instance['task'], { task, index }: Pick<Attempt, 'task' | 'index'>): number => {
  if (task.job.kind !== 'cron') return index
  const [slot, replica] = [Math.floor(index / task.replicas), index % task.replicas]
  return replica < other.replicas ? slot * other.replicas + replica : -1
}

/**
 * The worker that the rest of its replica has an instance to: where the latest of the others was placed that stays there;
 * null: it may choose for all of them. A replica that is moved by a drain is no longer bound to where it comes from. What
 * has completed has left its work where it was: there the others go, as long as that worker may be heard of again.
 */
export const homeOf = ({ workers }: Cluster, instance: Pick<Attempt, 'task' | 'index'>): string | null => {
  let home: Instance | null = null
  for (const mate of matesOf(instance)) {
    const worker = mate.worker === null ? undefined : workers.get(mate.worker)
    if (!holds(mate, worker)) continue
    if (home === null || mate.placedSeq > home.placedSeq) home = mate
  }
  return home?.worker ?? null
}

const holds = ({ state, task }: Instance, worker: Worker | undefined): boolean => {
  const isLeft = worker?.intake === 'draining' || worker?.intake === 'drained'
  if (state === 'completed') return !isLeft && (worker?.state === 'ready' || worker?.state === 'suspected')
  return isPlaced(state) && state !== 'stopping' && !(isLeft && task.job.kind === 'service')
}

/** Whether an instance is yet to come to the worker of its replica: it waits, will wait, or is where it cannot stay. */
export const isToCome = (instance: Instance, home: string | null): boolean => {
  if (!isWanted(instance)) return false
  if (isPlaced(instance.state)) return home === null || instance.worker !== home
  return instance.state === 'pending' || rescheduleAfterMs(instance) !== null
}

/** What an instance needs together with others of its replica, which are to come to the same worker. */
export const askedTogether = (instance: Instance, mates: readonly Instance[]): Resources =>
  mates.reduce((sum: Resources, { task }) => addResources(sum, task.spec.resources), instance.task.spec.resources)

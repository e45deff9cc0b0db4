import { type Attempt, type Cluster, type Instance, isFrozen } from '#libs/cluster'

/** What names an instance in every event about it. */
export const refOf = ({ task, index }: Pick<Attempt, 'task' | 'index'>) => ({
  job: task.job.name,
  task: task.name,
  index,
})

/** Whether an event of it cannot be read: what is decided about it would not be written, and must move nobody else. */
export const isHeldBack = (cluster: Cluster, { task, index }: Instance): boolean =>
  cluster.quarantined.size > 0 && isFrozen(cluster, `events.task.${task.job.name}.${task.name}.${index}`)

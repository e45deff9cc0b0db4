import type { Cluster } from './model/cluster'
import type { Job, Task } from './model/job'
import { underWay } from './waits'

/** Whether a job is to be forgotten, and nothing of it is left on any worker. */
export const mayBePurged = ({ state, purge, tasks }: Job): boolean =>
  purge && state !== 'running' && state !== 'stopping' && ![...tasks.values()].some(isHeld)

const isHeld = (task: Task): boolean => underWay(task) + task.retiring > 0

/** What is left is what whoever writes of that name again has to know: last sequences, and the last version. */
export const purge = ({ jobs, purged, strays }: Cluster, job: Job): void => {
  jobs.delete(job.name)
  purged.set(job.name, job.version)
  strays.set(`events.job.${job.name}`, job.seq)
  for (const { name, instances } of job.tasks.values()) {
    for (const { index, seq } of instances.made()) {
      if (seq > 0) strays.set(`events.task.${job.name}.${name}.${index}`, seq)
    }
  }
  job.state = 'purged'
}

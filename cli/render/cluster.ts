import { type Cluster, describeInstance, describeJob, describeWorker, instancesOf, isOver } from '#libs/cluster'
import { formatBytes, formatCpu } from '#libs/kernel'
import type { EventLook } from './event'
import { grouped } from './foldProgress'
import { renderInstances } from './instance'
import { renderJobs } from './job'
import { paintState } from './state'
import { type Cell, renderTable } from './table'
import { absolute } from './time'
import { standOf } from './worker'

/** The cluster as a fold of the log shows it, as of `time`; `look.now` is the moment it is seen at. */
export const renderCluster = (
  cluster: Cluster,
  time: string | null,
  job: string | undefined,
  look: EventLook,
): string => {
  const when = time === null ? 'before the first event' : absolute(time, look)
  const jobs = [...cluster.jobs.values()].filter(({ name }) => job === undefined || name === job)
  const ended = (name: string): boolean => ['stopped', 'completed'].includes(cluster.jobs.get(name)?.state ?? '')
  const instances = [...instancesOf(cluster, job)]
    .filter((one) => !(isOver(one.state) && ended(one.task.job.name)))
    .map((one) => describeInstance(one, cluster.workers))
  const sections = [
    look.colours.bold(`The cluster at sequence ${grouped(cluster.seq)}, ${when}`),
    cluster.jobs.size === 0 ? 'no jobs' : renderJobs(jobs.map(describeJob), look),
    ...(instances.length === 0 ? [] : [renderInstances(instances, look, '')]),
    ...(job === undefined ? [workersTable(cluster, look)] : []),
  ]
  return sections.join('\n\n')
}

const workersTable = (cluster: Cluster, { colours }: EventLook): string =>
  renderTable(
    ['WORKER', 'STATE', 'INSTANCES', 'CPU', 'MEMORY', 'DISK'],
    [...cluster.workers.values()]
      .map(describeWorker)
      .map((worker): (Cell | string)[] => [
        worker.name,
        { text: standOf(worker), paint: paintState(colours, worker.state) },
        { text: String(worker.instances), align: 'right' },
        `${formatCpu(worker.reserved.cpuMilli)}/${formatCpu(worker.capacity.cpuMilli)}`,
        `${formatBytes(worker.reserved.memoryBytes)}/${formatBytes(worker.capacity.memoryBytes)}`,
        `${formatBytes(worker.reserved.diskBytes)}/${formatBytes(worker.capacity.diskBytes)}`,
      ]),
    'no workers',
  )

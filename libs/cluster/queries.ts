import { instanceId, type OrkError, orkError, type ResourceName } from '#libs/kernel'
import type { Cluster } from './model/cluster'
import type { Attempt, Instance, Job } from './model/job'
import type { Worker } from './model/worker'

/** Whether new instances may be placed on the worker: it is heard of, and nobody wants it otherwise. */
export const isOpen = ({ state, intake }: Worker): boolean => state === 'ready' && intake === 'open'

/** The most of a resource that one instance can have on a worker: what its machine has, however often that is promised. */
export const mostForOne = ({ capacity, overcommit }: Worker, name: ResourceName): number =>
  Math.ceil((capacity[name] * 100) / Math.max(100, overcommit[name] ?? 100))

/** Whether the instance should have an attempt at all, as of the job's current version. */
export const isWanted = (instance: Pick<Attempt, 'task' | 'index'>): boolean =>
  instance.task.job.state === 'running' && isAskedFor(instance)

/** Whether the job's current version has it, be the job running or not. */
export const isAskedFor = ({ task, index }: Pick<Attempt, 'task' | 'index'>): boolean => {
  const { job, replicas, instances } = task
  if (job.kind === 'cron') return isUnderWay(job, instances.at(index)?.run ?? null)
  return index < replicas && (job.kind !== 'system' || job.targets[index]?.wanted === true)
}

/** Whether a run of a cron job is. */
export const isUnderWay = ({ cron }: Job, id: string | null): boolean =>
  cron?.runs.some((run) => run.id === id && run.state === 'running') ?? false

/** The one worker that an instance is for; null: it may go anywhere. */
export const targetOf = ({ task, index }: Pick<Attempt, 'task' | 'index'>): string | null =>
  task.job.kind === 'system' ? (task.job.targets[index]?.worker ?? null) : null

/** Whether the attempt was placed with a template that the job no longer has. What a run has begun with is its own. */
export const isOutdated = ({ task, templateVersion }: Attempt): boolean =>
  templateVersion !== task.templateVersion && task.job.kind !== 'cron'

/** `web.api.0`: the instance that an attempt is of. */
export const idOf = ({ task, index }: Pick<Attempt, 'task' | 'index'>): string =>
  instanceId({ job: task.job.name, task: task.name, index })

/** The instance that an attempt, the current or a retiring one, is of. */
export const instanceOf = (attempt: Attempt): Instance => {
  const instance = attempt.task.instances.at(attempt.index)
  if (instance === undefined) throw new Error('an attempt without its instance') // instances are never taken away
  return instance
}

/** What an instance holds on workers: its current attempt and the one that retires. */
export const attemptsOf = (instance: Instance): readonly Attempt[] =>
  instance.retiring === null ? [instance] : [instance, instance.retiring]

/** The instances of which anything was ever told, also those that are no longer wanted: no other one was ever placed. */
export function* knownInstances(cluster: Cluster): Generator<Instance> {
  for (const { tasks } of cluster.jobs.values()) {
    for (const { instances } of tasks.values()) yield* instances.made()
  }
}

/** The latest version that there ever was of a job; 0: none. */
export const lastVersion = ({ jobs, purged }: Cluster, job: string): number =>
  jobs.get(job)?.version ?? purged.get(job) ?? 0

/** What a command about a job has to expect: the last sequence of its aggregate, also where there is no such job yet. */
export const jobSeq = (cluster: Cluster, job: string): number =>
  cluster.jobs.get(job)?.seq ?? cluster.strays.get(`events.job.${job}`) ?? 0

export const findInstance = (cluster: Cluster, job: string, task: string, index: number): Instance | undefined =>
  cluster.jobs.get(job)?.tasks.get(task)?.instances.at(index)

export const noSuchInstance = (id: string): OrkError =>
  orkError('NoSuchInstance', `there is no instance "${id}"`, { next: '`ork tasks` lists all of them' })

import {
  type Attempt,
  attemptsOf,
  type Cluster,
  type InstanceState,
  idOf,
  instancesOf,
  type JobState,
  type UpdateState,
  type Worker,
} from '#libs/cluster'
import type { JobSpec, TaskSpec } from '#libs/spec'
import { differences } from './difference'

/** What matters of a cluster at one moment, in values that stay as they are while the fold goes on. */
export interface Moment {
  readonly seq: number
  /** RFC 3339, of the last event; null before the first. */
  readonly time: string | null
  readonly jobs: ReadonlyMap<string, JobThen>
  readonly instances: ReadonlyMap<string, InstanceThen>
  readonly workers: ReadonlyMap<string, WorkerThen>
  /** How instances are placed, and who leads. */
  readonly cluster: Readonly<Record<string, string | number | boolean | null>>
}

interface JobThen {
  readonly state: JobState
  readonly version: number
  readonly update: UpdateState | null
  /** By name, so that a task that was added in the middle does not change those behind it. */
  readonly spec: Omit<JobSpec, 'tasks'> & { readonly tasks: Readonly<Record<string, TaskSpec>> }
}

export interface InstanceThen {
  readonly state: InstanceState
  readonly worker: string | null
  readonly attempt: number
  readonly version: number
  /** Where an attempt goes on beside the current one. */
  readonly retiringOn: string | null
}

export type WorkerThen = Pick<
  Worker,
  | 'state'
  | 'intake'
  | 'capacity'
  | 'overcommit'
  | 'devices'
  | 'labels'
  | 'drivers'
  | 'silentDrivers'
  | 'version'
  | 'host'
>

/** How one thing differs between two moments; `before` or `after` is null where it was not there. */
export interface Change<T> {
  readonly name: string
  readonly before: T | null
  readonly after: T | null
  /** What differs, innermost values; empty where only one of the two is there. */
  readonly fields: readonly FieldChange[]
}

export interface FieldChange {
  readonly path: string
  /** Absent: was not there. */
  readonly before?: unknown
  readonly after?: unknown
}

export interface ClusterChanges {
  readonly from: Pick<Moment, 'seq' | 'time'>
  readonly to: Pick<Moment, 'seq' | 'time'>
  readonly jobs: readonly Change<JobThen>[]
  readonly instances: readonly Change<InstanceThen>[]
  readonly workers: readonly Change<WorkerThen>[]
  readonly cluster: readonly FieldChange[]
}

/** Takes down a cluster as it is now. */
export const momentOf = (cluster: Cluster, time: string | null): Moment => ({
  seq: cluster.seq,
  time,
  jobs: new Map(
    [...cluster.jobs].map(([name, { state, version, update, spec }]) => {
      const tasks = Object.fromEntries(spec.tasks.map((task) => [task.name, task]))
      return [name, { state, version, update: update?.state ?? null, spec: { ...spec, tasks } }]
    }),
  ),
  instances: new Map(
    [...instancesOf(cluster)].map((instance) => {
      const { state, attempt, version } = instance
      const [, retiring] = attemptsOf(instance)
      const then = { state, worker: placeOf(instance), attempt, version, retiringOn: retiring?.worker ?? null }
      return [idOf(instance), then]
    }),
  ),
  workers: new Map(
    [...cluster.workers].map(([name, worker]) => {
      const { state, intake, capacity, overcommit, devices, labels, drivers, silentDrivers, version, host } = worker
      return [name, { state, intake, capacity, overcommit, devices, labels, drivers, silentDrivers, version, host }]
    }),
  ),
  cluster: {
    policy: cluster.scheduling.policy,
    seed: cluster.scheduling.seed,
    preemption: cluster.scheduling.preemption,
    manager: cluster.leaders.manager.holder,
    scheduler: cluster.leaders.scheduler.holder,
  },
})

/** Of one that waits, the worker it was on is of its past. */
const placeOf = ({ state, worker }: Attempt): string | null => (state === 'pending' ? null : worker)

/** What differs between two moments of one cluster. */
export const changesBetween = (from: Moment, to: Moment): ClusterChanges => ({
  from: { seq: from.seq, time: from.time },
  to: { seq: to.seq, time: to.time },
  jobs: compare(from.jobs, to.jobs),
  instances: compare(from.instances, to.instances),
  workers: compare(from.workers, to.workers),
  cluster: fieldsOf(from.cluster, to.cluster),
})

const compare = <T>(from: ReadonlyMap<string, T>, to: ReadonlyMap<string, T>): Change<T>[] => {
  const changes: Change<T>[] = []
  for (const name of new Set([...from.keys(), ...to.keys()])) {
    const [before, after] = [from.get(name) ?? null, to.get(name) ?? null]
    const fields = before === null || after === null ? [] : fieldsOf(before, after)
    if (before === null || after === null || fields.length > 0) changes.push({ name, before, after, fields })
  }
  return changes.sort((a, b) => (a.name < b.name ? -1 : 1))
}

const fieldsOf = (before: unknown, after: unknown): FieldChange[] =>
  [...differences(before, after)].map(({ path, left, right }) => ({
    path,
    ...(left === undefined ? {} : { before: left }),
    ...(right === undefined ? {} : { after: right }),
  }))

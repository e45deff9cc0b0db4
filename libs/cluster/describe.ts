import { instanceId, type Resources } from '#libs/kernel'
import type { DriverName, JobKind, JobSpec } from '#libs/spec'
import { type Health, type InstanceState, isOver, isPlaced } from './lifecycle'
import {
  type Attempt,
  type Cluster,
  type ExitInfo,
  type Instance,
  type Intake,
  isAskedFor,
  type Job,
  type JobState,
  type Leader,
  type LedRole,
  type Port,
  type Quarantined,
  type Scheduling,
  type ServiceInfo,
  type Submission,
  type Task,
  type Update,
  type Worker,
  type WorkerState,
} from './model'
import { isFrozen } from './quarantine'
import { wantedCount } from './targets'
import { whyHeld } from './waits'

/** What people and programs are shown of a job. Field names are an interface: they are added to, never changed. */
export interface JobSummary {
  readonly name: string
  readonly kind: JobKind
  readonly state: JobState
  readonly version: number
  /** Instances that should be there. */
  readonly wanted: number
  /** Instances by state; states without any are left out. */
  readonly counts: Partial<Record<InstanceState, number>>
  /** Of those that run, how many are checked and not known to be healthy. */
  readonly unready: number
  /** RFC 3339, of the current version. */
  readonly submittedAt: string
  /** How the update to the current version fares; null when there was nothing to replace. */
  readonly update: UpdateSummary | null
}

export interface UpdateSummary extends Omit<Update, 'since'> {
  readonly since: string
  /** Instances that are still to be replaced, and those that wait for their successor to be healthy. */
  readonly outdated: number
  readonly retiring: number
}

export interface JobDetail extends JobSummary {
  readonly spec: JobSpec
  readonly tasks: readonly TaskSummary[]
  readonly history: readonly (Omit<Submission, 'time'> & { readonly submittedAt: string })[]
  /** The version that a failed update, or `ork revert`, goes back to. */
  readonly stable: number | null
}

export interface TaskSummary {
  readonly name: string
  readonly driver: DriverName
  readonly image: string | null
  readonly replicas: number
  readonly outdated: number
  /** Instances whose former attempt goes on until the new one is healthy. */
  readonly retiring: number
  /** Instances that run, are checked and not known to be healthy. */
  readonly unready: number
  readonly resources: Resources
  readonly counts: Partial<Record<InstanceState, number>>
}

export interface AttemptSummary {
  readonly id: string
  readonly job: string
  readonly task: string
  readonly index: number
  readonly state: InstanceState
  readonly attempt: number
  readonly restarts: number
  readonly worker: string | null
  readonly version: number
  /** RFC 3339: when it came into this state. */
  readonly since: string
  readonly startedAt: string | null
  /** Null: it is not checked, or does not run. */
  readonly health: Health | null
  /** When the next attempt may start, while it waits for a restart. */
  readonly notBefore: string | null
  readonly container: string | null
  readonly ports: readonly Port[]
  readonly exit: ExitInfo | null
  readonly reason: string | null
}

export interface InstanceSummary extends AttemptSummary {
  /** How often in a row it was placed anew after it had failed, and the workers where that was. */
  readonly reschedules: number
  readonly avoids: readonly string[]
  /** The attempt that goes on beside this one until this one is healthy; null mostly. */
  readonly retiring: AttemptSummary | null
}

export interface InstanceDetail extends InstanceSummary {
  /** Sequences of its latest events, oldest first. */
  readonly events: readonly number[]
}

export interface WorkerSummary {
  readonly name: string
  readonly state: WorkerState
  /** Whether it takes new instances. */
  readonly intake: Intake
  readonly drainDeadlineMs: number | null
  readonly since: string
  readonly capacity: Resources
  /** How many percent of what its machine has that is, by resource; without a number: 100. */
  readonly overcommit: Readonly<Record<string, number>>
  readonly reserved: Resources
  /** How many devices of each kind it has and has promised, by their names. */
  readonly devices: Readonly<Record<string, { readonly capacity: number; readonly reserved: number }>>
  /** Named volumes that are here, in order. */
  readonly volumes: readonly string[]
  readonly instances: number
  readonly labels: Readonly<Record<string, string>>
  /** `os`, `arch` and `kernel`, as far as it told them. */
  readonly platform: Readonly<Record<string, string>>
  readonly drivers: readonly DriverName[]
  /** Those of them whose engine does not answer. */
  readonly silentDrivers: readonly DriverName[]
  readonly version: string
  readonly host: string
}

/** What cannot be read of one aggregate. */
export interface QuarantinedSummary {
  /** The aggregate, e.g. `events.job.web`. */
  readonly aggregate: string
  /** Sequence of the first event that cannot be read: the id by which operators name it. */
  readonly seq: number
  readonly last: number
  readonly count: number
  /** What is wrong with the first. */
  readonly reason: string
  /** RFC 3339: when it was put on record; null until it is. */
  readonly since: string | null
  /** Whether nothing is decided about the aggregate because of it. */
  readonly frozen: boolean
}

export interface ClusterSummary {
  readonly seq: number
  readonly jobs: Partial<Record<JobState, number>>
  readonly instances: Partial<Record<InstanceState, number>>
  /** Of those that run, how many are checked and not known to be healthy. */
  readonly unready: number
  readonly workers: Partial<Record<WorkerState, number>>
  /** Workers that take no new instances because somebody wants it so. */
  readonly closed: Partial<Record<Intake, number>>
  readonly leaders: Readonly<Record<LedRole, Leader>>
  readonly scheduling: Readonly<Scheduling>
  readonly services: readonly ServiceInfo[]
  /** The first of them; a flood of others must not keep a service from saying how it is. */
  readonly quarantined: readonly QuarantinedSummary[]
  /** How many there are in all. */
  readonly quarantinedCount: number
  readonly ignored: { readonly stale: number; readonly illegal: number }
}

const at = (time: number): string => new Date(time).toISOString()

const nonZero = <K extends string>(counts: Record<K, number>): Partial<Record<K, number>> =>
  Object.fromEntries(Object.entries(counts).filter(([, n]) => n !== 0)) as Partial<Record<K, number>>

const tally = <K extends string>(keys: Iterable<K>): Partial<Record<K, number>> => {
  const counts: Partial<Record<K, number>> = {}
  for (const key of keys) counts[key] = (counts[key] ?? 0) + 1
  return counts
}

const sumCounts = (tasks: Iterable<Task>): Partial<Record<InstanceState, number>> => {
  const sum: Partial<Record<InstanceState, number>> = {}
  for (const { counts } of tasks) {
    for (const [state, n] of Object.entries(nonZero(counts)) as [InstanceState, number][]) {
      sum[state] = (sum[state] ?? 0) + n
    }
  }
  return sum
}

export const describeJob = (job: Job): JobSummary => ({
  name: job.name,
  kind: job.kind,
  state: job.state,
  version: job.version,
  wanted: job.state === 'stopping' || job.state === 'stopped' ? 0 : sumOf(job.tasks.values(), wantedCount),
  counts: sumCounts(job.tasks.values()),
  unready: sumOf(job.tasks.values(), ({ unready }) => unready),
  submittedAt: at(job.history.at(-1)?.time ?? 0),
  update: job.update === null ? null : describeUpdate(job, job.update),
})

const describeUpdate = (job: Job, update: Update): UpdateSummary => ({
  ...update,
  since: at(update.since),
  outdated: sumOf(job.tasks.values(), ({ outdated }) => outdated),
  retiring: sumOf(job.tasks.values(), ({ retiring }) => retiring),
})

const sumOf = <T>(items: Iterable<T>, value: (item: T) => number): number => {
  let sum = 0
  for (const item of items) sum += value(item)
  return sum
}

export const describeJobDetail = (job: Job): JobDetail => ({
  ...describeJob(job),
  spec: job.spec,
  tasks: [...job.tasks.values()].map((task) => ({
    name: task.name,
    driver: task.spec.driver,
    image: task.spec.image ?? null,
    replicas: wantedCount(task),
    outdated: task.outdated,
    retiring: task.retiring,
    unready: task.unready,
    resources: task.spec.resources,
    counts: nonZero(task.counts),
  })),
  history: job.history.map(({ time, ...rest }) => ({ ...rest, submittedAt: at(time) })),
  stable: job.stable?.version ?? null,
})

export const describeAttempt = (attempt: Attempt): AttemptSummary => ({
  id: instanceId({ job: attempt.task.job.name, task: attempt.task.name, index: attempt.index }),
  job: attempt.task.job.name,
  task: attempt.task.name,
  index: attempt.index,
  state: attempt.state,
  attempt: attempt.attempt,
  restarts: attempt.restarts,
  worker: attempt.worker,
  version: attempt.version,
  since: at(attempt.since),
  startedAt: attempt.startedAt === 0 ? null : at(attempt.startedAt),
  health: attempt.state === 'running' ? attempt.health : null,
  notBefore: attempt.state === 'starting' && attempt.notBefore > 0 ? at(attempt.notBefore) : null,
  container: attempt.container,
  ports: attempt.ports,
  exit: attempt.exit,
  reason: (attempt.state === 'pending' ? whyHeld(attempt.task) : null) ?? attempt.reason,
})

export const describeInstance = (instance: Instance): InstanceSummary => ({
  ...describeAttempt(instance),
  reschedules: instance.reschedules,
  avoids: instance.avoids,
  retiring: instance.retiring === null ? null : describeAttempt(instance.retiring),
})

export const describeInstanceDetail = (instance: Instance): InstanceDetail => ({
  ...describeInstance(instance),
  events: [...instance.recent],
})

const describeDevices = ({ devices, reservedDevices }: Worker): WorkerSummary['devices'] => {
  const names = [...new Set([...Object.keys(devices), ...reservedDevices.keys()])].sort()
  return Object.fromEntries(
    names.map((name) => [name, { capacity: devices[name] ?? 0, reserved: reservedDevices.get(name) ?? 0 }]),
  )
}

export const describeWorker = (worker: Worker): WorkerSummary => ({
  name: worker.name,
  state: worker.state,
  intake: worker.intake,
  drainDeadlineMs: worker.drainDeadlineMs,
  since: at(worker.since),
  capacity: worker.capacity,
  overcommit: worker.overcommit,
  reserved: worker.reserved,
  devices: describeDevices(worker),
  volumes: [...worker.volumes.keys()].sort(),
  instances: worker.instances.size,
  labels: worker.labels,
  platform: worker.platform,
  drivers: worker.drivers,
  silentDrivers: worker.silentDrivers,
  version: worker.version,
  host: worker.host,
})

/** What is held against an aggregate. */
export const describeQuarantined = (
  cluster: Cluster,
  [aggregate, held]: readonly [string, Quarantined],
): QuarantinedSummary => ({
  aggregate,
  ...held,
  since: held.since === null ? null : at(held.since),
  frozen: isFrozen(cluster, aggregate),
})

/** So that what a service says of itself stays far below the servers' limit of 1 MiB a message. */
export const MAX_QUARANTINED_SHOWN = 20

function* take<T>(items: Iterable<T>, limit: number): Generator<T> {
  let left = limit
  for (const item of items) {
    if (left <= 0) return
    left -= 1
    yield item
  }
}

export const describeCluster = (cluster: Cluster): ClusterSummary => ({
  seq: cluster.seq,
  jobs: tally([...cluster.jobs.values()].map(({ state }) => state)),
  instances: sumCounts([...cluster.jobs.values()].flatMap(({ tasks }) => [...tasks.values()])),
  unready: sumOf(cluster.jobs.values(), ({ tasks }) => sumOf(tasks.values(), ({ unready }) => unready)),
  workers: tally([...cluster.workers.values()].map(({ state }) => state)),
  closed: tally([...cluster.workers.values()].flatMap(({ intake }) => (intake === 'open' ? [] : [intake]))),
  leaders: { manager: { ...cluster.leaders.manager }, scheduler: { ...cluster.leaders.scheduler } },
  scheduling: { ...cluster.scheduling },
  services: [...cluster.services.values()],
  quarantined: [...take(cluster.quarantined, MAX_QUARANTINED_SHOWN)].map((held) => describeQuarantined(cluster, held)),
  quarantinedCount: cluster.quarantined.size,
  ignored: { ...cluster.ignored },
})

/** The instances that should be there or still are, in the order in which people expect them. */
export function* instancesOf(cluster: Cluster, job?: string): Generator<Instance> {
  const jobs =
    job === undefined ? cluster.jobs.values() : [cluster.jobs.get(job)].filter((found) => found !== undefined)
  for (const { tasks } of jobs) {
    for (const { instances } of tasks.values()) {
      for (const instance of instances) {
        const held = isPlaced(instance.state) || instance.retiring !== null
        if (isAskedFor(instance) || held || !isOver(instance.state)) yield instance
      }
    }
  }
}

import { nextTime } from '#libs/spec'
import { awaitsPromotion } from './canaries'
import { type InstanceState, isOver, isPlaced } from './lifecycle'
import type { Cluster, Quarantined } from './model/cluster'
import type { Attempt, Instance, Job, Task, Update } from './model/job'
import type { Worker, WorkerState } from './model/worker'
import { isFrozen } from './quarantine'
import { idOf, isAskedFor } from './queries'
import type {
  AttemptSummary,
  ClusterSummary,
  CronSummary,
  InstanceDetail,
  InstanceSummary,
  JobDetail,
  JobSummary,
  QuarantinedSummary,
  UpdateSummary,
  WorkerSummary,
} from './summaries'
import { wantedCount } from './targets'
import { whyHeld } from './waits'

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

/** A job as a line of a list. */
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
  cron: describeCron(job),
})

const describeCron = ({ cron, spec, state }: Job): CronSummary | null => {
  if (cron === null || spec.cron === undefined) return null
  const next = state === 'running' ? nextTime(spec.cron, cron.through) : null
  return {
    next: next === null ? null : at(next),
    timeZone: spec.cron.timeZone,
    runs: cron.runs.map((run) => ({
      ...run,
      scheduledAt: run.scheduledAt === null ? null : at(run.scheduledAt),
      firedAt: at(run.firedAt),
      endedAt: run.endedAt === null ? null : at(run.endedAt),
    })),
    skipped: cron.skipped === null ? null : { ...cron.skipped, scheduledAt: at(cron.skipped.scheduledAt) },
  }
}

const describeUpdate = (job: Job, update: Update): UpdateSummary => ({
  ...update,
  since: at(update.since),
  outdated: sumOf(job.tasks.values(), ({ outdated }) => outdated),
  retiring: sumOf(job.tasks.values(), ({ retiring }) => retiring),
  awaitsPromotion: awaitsPromotion(job),
})

const sumOf = <T>(items: Iterable<T>, value: (item: T) => number): number => {
  let sum = 0
  for (const item of items) sum += value(item)
  return sum
}

/** A job with its spec, its tasks and its latest versions. */
export const describeJobDetail = (job: Job): JobDetail => ({
  ...describeJob(job),
  spec: job.spec,
  tasks: [...job.tasks.values()].map((task) => ({
    name: task.name,
    driver: task.spec.driver,
    image: task.spec.image ?? null,
    replicas: job.kind === 'cron' ? task.replicas : wantedCount(task),
    outdated: task.outdated,
    retiring: task.retiring,
    unready: task.unready,
    resources: task.spec.resources,
    counts: nonZero(task.counts),
  })),
  history: job.history.map(({ time, ...rest }) => ({ ...rest, submittedAt: at(time) })),
  stable: job.stable?.version ?? null,
})

type Workers = Cluster['workers']

const workerStateOf = ({ state, worker }: Attempt, workers: Workers): WorkerState | null =>
  worker !== null && isPlaced(state) ? (workers.get(worker)?.state ?? null) : null

/** One attempt: where it is and how it fares; with the workers that there are, also how its worker is. */
export const describeAttempt = (attempt: Attempt, workers?: Workers): AttemptSummary => ({
  id: idOf(attempt),
  job: attempt.task.job.name,
  task: attempt.task.name,
  index: attempt.index,
  state: attempt.state,
  attempt: attempt.attempt,
  restarts: attempt.restarts,
  worker: attempt.worker,
  ...(workers === undefined ? {} : { workerState: workerStateOf(attempt, workers) }),
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

/** An instance as a line of a list: its current attempt, and the one that goes on beside it. */
export const describeInstance = (instance: Instance, workers?: Workers): InstanceSummary => ({
  ...describeAttempt(instance, workers),
  run: instance.run,
  reschedules: instance.reschedules,
  avoids: instance.avoids,
  awaits: instance.awaits,
  retiring: instance.retiring === null ? null : describeAttempt(instance.retiring, workers),
})

/** An instance with the sequences of its latest events. */
export const describeInstanceDetail = (instance: Instance, workers?: Workers): InstanceDetail => ({
  ...describeInstance(instance, workers),
  events: [...instance.recent],
})

const describeDevices = ({ devices, reservedDevices }: Worker): WorkerSummary['devices'] => {
  const names = [...new Set([...Object.keys(devices), ...reservedDevices.keys()])].sort()
  return Object.fromEntries(
    names.map((name) => [name, { capacity: devices[name] ?? 0, reserved: reservedDevices.get(name) ?? 0 }]),
  )
}

/** A worker with what it has promised of what it has. */
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
const MAX_QUARANTINED_SHOWN = 20

function* take<T>(items: Iterable<T>, limit: number): Generator<T> {
  let left = limit
  for (const item of items) {
    if (left <= 0) return
    left -= 1
    yield item
  }
}

/** The whole cluster in counts; bounded, however large it is. */
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

/** Of a run that has ended, and is shown. */
const isRemembered = ({ task, run }: Instance): boolean =>
  run !== null && (task.job.cron?.runs.some(({ id }) => id === run) ?? false)

/** The instances that should be there or still are, in the order in which people expect them. */
export function* instancesOf(cluster: Cluster, job?: string): Generator<Instance> {
  const jobs =
    job === undefined ? cluster.jobs.values() : [cluster.jobs.get(job)].filter((found) => found !== undefined)
  for (const { tasks } of jobs) {
    for (const { instances } of tasks.values()) {
      for (const instance of instances) {
        const held = isPlaced(instance.state) || instance.retiring !== null || isRemembered(instance)
        if (isAskedFor(instance) || held || !isOver(instance.state)) yield instance
      }
    }
  }
}

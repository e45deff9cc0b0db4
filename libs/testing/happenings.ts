import { type Cluster, findInstance } from '#libs/cluster'
import type { Draft } from '#libs/events'
import { parseInstanceId } from '#libs/kernel'
import {
  type CronSpec,
  DEFAULT_CRON,
  DEFAULT_STOP,
  type HookStage,
  type JobKind,
  type JobSpec,
  type TaskSpec,
} from '#libs/spec'

/** A task that asks for half a core and 64 MiB on the simulated driver. */
export const aTask = (over: Partial<TaskSpec> = {}): TaskSpec => ({
  name: 'api',
  driver: 'simulated',
  image: 'busybox:1',
  env: {},
  replicas: 1,
  resources: { cpuMilli: 500, memoryBytes: 64 * 2 ** 20, diskBytes: 0 },
  ports: [],
  restart: { policy: 'always', attempts: null, delayMs: 1_000, backoff: 2, maxDelayMs: 60_000, resetAfterMs: 60_000 },
  stop: DEFAULT_STOP,
  ...over,
})

interface Asked {
  readonly name?: string
  readonly kind?: JobKind
  readonly tasks?: readonly Partial<TaskSpec>[]
  readonly cron?: Partial<CronSpec>
}

/** A job `web` of one task `api`, unless said otherwise; of kind `cron` each minute. */
export const aJob = (over: Asked = {}): JobSpec => ({
  name: over.name ?? 'web',
  kind: over.kind ?? 'service',
  ...(over.kind === 'cron' ? { cron: { ...DEFAULT_CRON, schedule: '* * * * *', ...over.cron } } : {}),
  tasks: (over.tasks ?? [{}]).map(aTask),
})

export const submitted = (spec: JobSpec = aJob(), version = 1): Draft => ({
  type: 'JobSubmitted',
  data: { job: spec.name, version, reason: null, spec },
})

/** A run of a cron job that is due at a time, in milliseconds since 1970. */
export const fired = (scheduledAt: number | null, run = 'r1', slot = 0, job = 'web', version = 1): Draft => ({
  type: 'CronFired',
  data: { job, version, run, slot, scheduledAt, params: {}, reason: null },
})

export const runEnded = (run = 'r1', failed = 0, reason: string | null = null, job = 'web'): Draft => ({
  type: 'CronEnded',
  data: { job, run, failed, reason },
})

export const stopAsked = (job = 'web', purge = false): Draft => ({
  type: 'JobStopRequested',
  data: { job, reason: null, purge },
})

export const registered = (
  worker = 'w1',
  cpuMilli = 4_000,
  devices: Readonly<Record<string, number>> = {},
  labels: Readonly<Record<string, string>> = {},
  overcommit: Readonly<Record<string, number>> = {},
  portSpaces: readonly string[] = [],
): Draft => ({
  type: 'WorkerRegistered',
  data: {
    worker,
    capacity: { cpuMilli, memoryBytes: 2 ** 33, diskBytes: 2 ** 36 },
    labels,
    drivers: ['simulated'],
    engines: {},
    devices,
    platform: {},
    overcommit,
    portSpaces: [...portSpaces],
    version: '0.1.0',
    host: `${worker}.example.com`,
  },
})

export const draining = (worker = 'w1', deadlineMs: number | null = null): Draft => ({
  type: 'WorkerDraining',
  data: { worker, deadlineMs, reason: null },
})

export const elected = (role: 'manager' | 'scheduler', holder: string, epoch: number): Draft => ({
  type: 'LeaderElected',
  data: { role, holder, epoch },
})

const refOf = (id: string) => {
  const parsed = parseInstanceId(id)
  if (parsed._tag === 'Left') throw new Error(parsed.left.what)
  return parsed.right
}

/** Stands for the placement that the instance has when the event is told; no sequence is 0. */
export const CURRENT = 0

/** The draft as it is told now: of the placement that its instance has, unless it names another one. */
export const ofPlacement = (draft: Draft, cluster: Cluster): Draft => {
  if (!('placement' in draft.data) || draft.data.placement !== CURRENT) return draft
  const { job, task, index, worker, attempt } = draft.data
  const instance = findInstance(cluster, job, task, index)
  const retiring = instance?.retiring
  const placed = retiring?.worker === worker && retiring.attempt === attempt ? retiring : instance
  const placement = placed?.placedSeq ?? CURRENT
  return { type: draft.type, data: { ...draft.data, placement } } as Draft
}

/**
 * An attempt, e.g. `on('web.api.0', 'w1', 2)`: what may happen to it is one method each. It is of the placement that the
 * instance then has, unless another one is named.
 */
export const on = (id: string, worker = 'w1', attempt = 1, placement = CURRENT) => {
  const place = { ...refOf(id), worker, attempt }
  const at = { ...place, placement }
  return {
    scheduled: (version = 1): Draft => ({
      type: 'TaskScheduled',
      data: { ...place, version, policy: 'spread', asOf: 1, ports: [] },
    }),
    rejected: (reason = 'full'): Draft => ({ type: 'TaskRejected', data: { ...at, reason } }),
    pulling: (): Draft => ({
      type: 'TaskPulling',
      data: { ...at, image: 'busybox:1', doneBytes: 0, totalBytes: 1_000 },
    }),
    hookStarted: (hook = 'migrate', stage: HookStage = 'prestart'): Draft => ({
      type: 'TaskHookStarted',
      data: { ...at, hook, stage, container: `h${attempt}` },
    }),
    hookEnded: (exitCode = 0, hook = 'migrate', stage: HookStage = 'prestart'): Draft => ({
      type: 'TaskHookEnded',
      data: { ...at, hook, stage, exitCode, reason: exitCode === 0 ? null : `exit code ${exitCode}` },
    }),
    started: (checked = false): Draft => ({
      type: 'TaskStarted',
      data: { ...at, container: `c${attempt}`, ports: [], checked },
    }),
    healthy: (): Draft => ({ type: 'TaskHealthChanged', data: { ...at, health: 'healthy', reason: null } }),
    unhealthy: (reason = 'status 500'): Draft => ({
      type: 'TaskHealthChanged',
      data: { ...at, health: 'unhealthy', reason },
    }),
    exited: (exitCode = 1): Draft => ({
      type: 'TaskExited',
      data: { ...at, exitCode, signal: null, oomKilled: false },
    }),
    /** To this attempt, which is the next one. */
    restarting: (restarts = 1): Draft => ({
      type: 'TaskRestarting',
      data: { ...at, delayMs: 1_000, restarts, reason: 'exit code 1' },
    }),
    replaceAsked: (reason = 'replaced'): Draft => ({ type: 'TaskReplaceRequested', data: { ...at, reason } }),
    stopAsked: (reason = 'replaced'): Draft => ({ type: 'TaskStopRequested', data: { ...at, reason } }),
    preempted: (by = { job: 'db', task: 'api', index: 0, priority: 80 }): Draft => ({
      type: 'TaskPreempted',
      data: { ...at, priority: 50, by, asOf: 0, reason: `makes room for ${by.job}.${by.task}.${by.index}` },
    }),
    stopped: (): Draft => ({ type: 'TaskStopped', data: { ...at, exitCode: 0, signal: null, reason: null } }),
    completed: (): Draft => ({ type: 'TaskCompleted', data: at }),
    failed: (): Draft => ({ type: 'TaskFailed', data: { ...at, reason: 'exit code 1', exitCode: 1 } }),
    rescheduled: (reschedules = 1): Draft => ({
      type: 'TaskRescheduled',
      data: { ...at, reschedules, reason: 'exit code 1' },
    }),
    lost: (): Draft => ({ type: 'TaskLost', data: { ...at, reason: `worker ${worker} is lost` } }),
  }
}

import type { Resources } from '#libs/kernel'
import type { DriverName, JobKind, JobSpec } from '#libs/spec'
import type { Health, InstanceState } from './lifecycle'
import type { Leader, LedRole, Scheduling, ServiceInfo } from './model/cluster'
import type { CronRun } from './model/cron'
import type { ExitInfo, JobState, Port, Submission, Update } from './model/job'
import type { Intake, WorkerState } from './model/worker'

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
  /** Of a cron job; null: it is of another kind. */
  readonly cron: CronSummary | null
}

export interface CronSummary {
  /** When the next run is due, RFC 3339; null: never, or only when it is asked for. */
  readonly next: string | null
  /** By which time zone that is meant. */
  readonly timeZone: string
  /** Those that are under way, and the latest that have ended, oldest first. */
  readonly runs: readonly CronRunSummary[]
  /** The last time that passed without a run, and why. */
  readonly skipped: { readonly scheduledAt: string; readonly reason: string } | null
}

export interface CronRunSummary extends Omit<CronRun, 'scheduledAt' | 'firedAt' | 'endedAt'> {
  readonly scheduledAt: string | null
  readonly firedAt: string
  readonly endedAt: string | null
}

export interface UpdateSummary extends Omit<Update, 'since'> {
  readonly since: string
  /** Instances that are still to be replaced, and those that wait for their successor to be healthy. */
  readonly outdated: number
  readonly retiring: number
  /** Whether its canaries are up, and the others wait for `ork promote`. */
  readonly awaitsPromotion: boolean
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
  /** How that worker is, while the attempt is placed there, else null; absent where who tells does not know workers. */
  readonly workerState?: WorkerState | null
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
  /** Of a cron job: the run that has it, or had it last. */
  readonly run: string | null
  /** How often in a row it was placed anew after it had failed, and the workers where that was. */
  readonly reschedules: number
  readonly avoids: readonly string[]
  /** The worker where room is made for it; null mostly. */
  readonly awaits: string | null
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

import type { JobKind, JobSpec, TaskSpec } from '#libs/spec'
import type { Health, InstanceState } from '../lifecycle'
import type { Series } from '../series'
import type { CronState } from './cron'

/** `purged`: no longer in the cluster; only who still holds it sees that. */
export type JobState = 'running' | 'stopping' | 'stopped' | 'completed' | 'failed' | 'purged'

export interface Job {
  readonly name: string
  kind: JobKind
  state: JobState
  version: number
  /** Whether it is to be forgotten once nothing of it is left. */
  purge: boolean
  spec: JobSpec
  /** How its instances fare on their way to this version; null while nothing was to be replaced for it. */
  update: Update | null
  /** What a failed update goes back to: the last version that was not on its way, or failed, when the next one came. */
  stable: Stable | null
  /** Of a system job: the worker of each index, and whether it is to run there. One for each worker that it ever ran on. */
  readonly targets: Target[]
  /** The version for which those were last decided on. */
  targeted: number
  /** Of a cron job: its runs; null: it is of another kind. */
  cron: CronState | null
  /** Last sequence of the job's aggregate. */
  seq: number
  /**
   * When and by whom versions were submitted, oldest first: the very first, from which on the log is about this job, and
   * the latest, in all at most `MAX_SUBMISSIONS`. `ork events --job` has those between.
   */
  readonly history: Submission[]
  readonly tasks: Map<string, Task>
}

export type UpdateState = 'running' | 'paused' | 'succeeded' | 'failed'

export interface Update {
  readonly state: UpdateState
  /** Whether the instances beyond the canaries may follow. */
  readonly promoted: boolean
  /** Whether it replaces containers by others of the same version, which was good: there is nothing to go back to. */
  readonly restart: boolean
  /** When it came into this state; milliseconds since 1970. */
  readonly since: number
  /** Why it is paused or has failed. */
  readonly reason: string | null
}

export interface Stable {
  readonly version: number
  readonly spec: JobSpec
}

export interface Target {
  readonly worker: string
  readonly wanted: boolean
}

export interface Submission {
  readonly version: number
  readonly seq: number
  /** Milliseconds since 1970. */
  readonly time: number
  readonly actor: string | null
}

export interface Task {
  readonly job: Job
  readonly name: string
  /** As of the job's current version; of the last one that had it when `replicas` is 0 because it was removed. */
  spec: TaskSpec
  /** How many instances are wanted; of a cron job: by each run. */
  replicas: number
  /**
   * The job version that first asked for what the task's containers now are, of those that any instance still has:
   * instances that were placed with another one are outdated.
   */
  templateVersion: number
  /** By index; longer than `replicas` while those beyond it end. */
  readonly instances: Series<Instance>
  /** How many placed instances run another template. */
  outdated: number
  /** How many instances have an attempt that retires; it is in no other count. */
  retiring: number
  /** How many instances run, and are not known to be healthy though they are checked. */
  unready: number
  /** Whether workers have turned instances down since it was last found that none is kept from any. */
  turnedDown: boolean
  readonly counts: Record<InstanceState, number>
}

/** One run of an instance, as placed: where it is and what has become of it. */
export interface Attempt {
  readonly task: Task
  readonly index: number
  state: InstanceState
  /** Its number among the attempts of its instance; 0 before the first. */
  attempt: number
  /** Where it is, or was, placed. */
  worker: string | null
  /** The job version, and its template, of this attempt. */
  version: number
  /** The `Task.templateVersion` it was placed with; `TO_RESTART` once it is to be replaced whatever that is. */
  templateVersion: number
  spec: TaskSpec
  /** Sequence of the TaskScheduled that placed it; 0 before the first. */
  placedSeq: number
  /** How long its worker must be silent before it is given up: as of its placement, so that both know the same. */
  lostAfterMs: number
  /** Ports of the machine that were chosen for it when it was placed, of the ranges its task names. */
  chosenPorts: readonly Port[]
  /** When it came into this state; milliseconds since 1970. */
  since: number
  /** When its container started, else 0. */
  startedAt: number
  /** As its worker last told, also of the container that has ended since; null: it is not checked. */
  health: Health | null
  /** Restarts in a row without a long enough run between them. */
  restarts: number
  /** Not before this time may it start; milliseconds since 1970, 0 for at once. */
  notBefore: number
  container: string | null
  ports: readonly Port[]
  exit: ExitInfo | null
  /** Why it is in this state, for people. */
  reason: string | null
}

/** One replica of a task. What it has of an attempt is its current one, or the last. */
export interface Instance extends Attempt {
  /** The attempt that goes on until its successor, the current one, is healthy: `running`, or `stopping` once it is. */
  retiring: Attempt | null
  /** Of a cron job: the run that has it, or had it last. */
  run: string | null
  /** The worker that its next attempt tries first; null: the policy chooses. */
  aim: string | null
  /** The worker where others were preempted to make room for it, until it has a place; null: none. */
  awaits: string | null
  /** Last sequence of the instance's aggregate, whatever the fold made of it; 0 before the first. */
  seq: number
  /** How often in a row it was placed anew after it had failed where it was. */
  reschedules: number
  /** The workers where that was, latest last: another one is taken if it fits. At most `MAX_AVOIDED`. */
  avoids: readonly string[]
  /** Workers that turned this version down, and were not started anew since; a restart that is asked for forgets them. */
  rejectedBy: readonly string[]
  /** Sequences of its latest events, oldest first: history is read one by one, never by wildcard. */
  recent: number[]
}

export interface Port {
  readonly name: string
  readonly hostPort: number
}

export interface ExitInfo {
  /** Null: the container went and left no word. */
  readonly exitCode: number | null
  readonly signal: string | null
  readonly oomKilled: boolean
}

/** No version: of an attempt that somebody asked to restart. */
export const TO_RESTART = 0

/** How many submissions `Job.history` keeps. */
export const MAX_SUBMISSIONS = 100

/** How many workers `Instance.avoids` keeps. */
export const MAX_AVOIDED = 16

/** How many sequences `Instance.recent` keeps. */
export const RECENT_EVENTS = 32

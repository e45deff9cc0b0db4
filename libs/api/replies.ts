import type { AttemptSummary, ClusterSummary, WorkerSummary } from '#libs/cluster'
import type { Resources } from '#libs/kernel'
import type { JobKind, PlacementPolicy } from '#libs/spec'

/** The sequence up to which the answering service had folded the log. */
export interface Positioned {
  readonly seq: number
}

export interface Parts<T> extends Positioned {
  readonly items: readonly T[]
}

export interface SubmitReply {
  readonly job: string
  readonly version: number
  /** Sequence of the JobSubmitted of this version. */
  readonly seq: number
  /** `unchanged`: the same job runs already, and nothing was written. */
  readonly outcome: 'submitted' | 'unchanged'
}

export interface StopReply {
  readonly job: string
  /** Sequence of the JobStopRequested. */
  readonly seq: number
  readonly outcome: 'stopping' | 'already-stopped'
}

export interface IntakeReply {
  readonly worker: string
  readonly seq: number
  readonly outcome: 'done' | 'unchanged'
}

/** All labels that the worker has from then on. */
export interface LabelReply extends IntakeReply {
  readonly labels: Readonly<Record<string, string>>
}

/** What a command about a job has come to. */
export interface ChangeReply {
  readonly job: string
  /** The version that is current from then on. */
  readonly version: number
  /** Sequence of the event that was written, or up to which nothing had to be. */
  readonly seq: number
  readonly outcome: 'done' | 'unchanged'
}

/** A run of a cron job that was begun. */
export interface RunReply extends ChangeReply {
  readonly run: string
}

export interface SkipReply {
  /** The aggregate that takes decisions again. */
  readonly aggregate: string
  /** From and up to where what could not be read is left out of account. */
  readonly sequence: number
  readonly through: number
  /** Sequence of the QuarantineLifted. */
  readonly seq: number
}

export interface RebalanceReply {
  /** Sequence of the RebalanceRequested, or of the one before where nothing could be moved. */
  readonly seq: number
  readonly outcome: 'done' | 'unchanged'
}

export interface ForgetReply {
  readonly worker: string
  /** Sequence of the WorkerForgotten. */
  readonly seq: number
  readonly outcome: 'forgotten' | 'already-forgotten'
}

/** A worker, with what its last heartbeat said. */
export interface WorkerReply extends WorkerSummary {
  /** Milliseconds since its last heartbeat; null if the answering manager has heard none. */
  readonly silentMs: number | null
  /** What it said it is not well with. */
  readonly troubles: readonly string[]
  /** Measured use of the machine. */
  readonly used: Resources | null
  readonly containers: readonly { readonly instance: string; readonly cpuMilli: number; readonly memoryBytes: number }[]
}

/** One worker, with all that is known of it. */
export interface WorkerDetailReply extends WorkerReply {
  /** What is placed there. */
  readonly running: readonly AttemptSummary[]
  /** The other workers of its machine, with which it shares the host ports. */
  readonly sharesPortsWith: readonly string[]
}

export interface StatusReply extends ClusterSummary {
  readonly service: string
  readonly version: string
  readonly leading: boolean
  /** Why nothing is moved though workers are silent; null when all is well. */
  readonly alarm: string | null
  /** What workers say that they are not well with: the first of them. */
  readonly troubles: readonly { readonly worker: string; readonly what: string }[]
  readonly uptimeMs: number
}

/** How one service is: of managers, schedulers and workers alike. */
export interface HealthReply {
  /** `worker/w1` */
  readonly service: string
  readonly version: string
  readonly host: string
  readonly pid: number
  /** What its clock shows; milliseconds since 1970. */
  readonly time: number
  readonly uptimeMs: number
  /** Of a worker: its engines, and how many facts the log has not taken for seconds. */
  readonly engines?: readonly { readonly driver: string; readonly state: 'unknown' | 'listed' | 'unreachable' }[]
  readonly unsent?: number
}

/** What the containers of one worker use, as its engines measure it now; null: not known, or no limit. */
export interface StatsReply {
  readonly containers: readonly ContainerStats[]
}

export interface ContainerStats {
  readonly id: string
  readonly attempt: number
  readonly cpuMilli: number
  readonly memoryBytes: number
  readonly memoryLimitBytes: number | null
  readonly receivedBytes: number | null
  readonly sentBytes: number | null
  readonly processes: number | null
}

/** What is, or was, of no use to any job on one worker. */
export interface PruneReply {
  readonly containers: readonly { readonly id: string; readonly attempt: number }[]
  readonly images: readonly { readonly name: string; readonly bytes: number }[]
  readonly volumes: readonly string[]
}

/** A container in the words of its engine. */
export interface InspectReply {
  readonly driver: string
  readonly engine: unknown
}

/** The process that bears a worker's name. */
export interface WhoReply {
  readonly host: string
  readonly pid: number
}

/** How instances are placed from here on. */
export interface SetPolicyReply {
  readonly policy: PlacementPolicy
  readonly preemption: boolean
  /** Sequence of the PolicySet, or up to which it is known that there is nothing to change. */
  readonly seq: number
  readonly outcome: 'set' | 'unchanged'
}

/** Why an instance is or is not on each worker, as the scheduler sees it now. */
export interface ExplainReply extends Positioned {
  readonly id: string
  readonly kind: JobKind
  readonly pending: boolean
  /** The worker where room is made for it; null: none. */
  readonly awaits: string | null
  readonly policy: string
  readonly workers: readonly WorkerVerdict[]
}

export type WorkerVerdict =
  | { readonly worker: string; readonly fits: true; readonly score: number }
  | { readonly worker: string; readonly fits: false; readonly filter: string; readonly detail: string }

/** One part of a service's view: its digest, and its value where it was asked for. The first has key `` and the seq. */
export interface ViewPart {
  readonly service: string
  readonly seq: number
  readonly key: string
  readonly digest: string
  readonly value?: unknown
}

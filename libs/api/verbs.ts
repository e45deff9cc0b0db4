import * as t from 'io-ts'
import type { InstanceDetail, InstanceSummary, JobDetail, JobSummary, QuarantinedSummary } from '#libs/cluster'
import { Count, Name, nullable } from '#libs/kernel'
import { PlacementPolicyCodec } from '#libs/spec'
import { Actor, Command, Id, Keys, Labels, Moves, Params, Path, Reason, Replicas, Spec, Variables } from './limits'
import type {
  ChangeReply,
  ExplainReply,
  ForgetReply,
  HealthReply,
  InspectReply,
  IntakeReply,
  LabelReply,
  Parts,
  Positioned,
  PruneReply,
  RebalanceReply,
  RunReply,
  SetPolicyReply,
  SkipReply,
  StatsReply,
  StatusReply,
  StopReply,
  SubmitReply,
  ViewPart,
  WhoReply,
  WorkerDetailReply,
  WorkerReply,
} from './replies'
import { type SessionPart, Terminal } from './session'

/** What a request of each verb carries, every part of it bounded; checked by the service before anything else happens. */
export const REQUESTS = {
  submit: t.type({ spec: Spec, checkVersion: nullable(Count), reason: Reason, actor: Actor }, 'SubmitRequest'),
  stop: t.type({ job: Name, reason: Reason, purge: t.boolean, actor: Actor }, 'StopRequest'),
  forget: t.type({ worker: Name, reason: Reason, actor: Actor }, 'ForgetRequest'),
  cordon: t.type({ worker: Name, deadlineMs: nullable(Count), reason: Reason, actor: Actor }, 'CordonRequest'),
  uncordon: t.type({ worker: Name, deadlineMs: nullable(Count), reason: Reason, actor: Actor }, 'UncordonRequest'),
  label: t.type({ worker: Name, labels: Labels, reason: Reason, actor: Actor }, 'LabelRequest'),
  drain: t.type({ worker: Name, deadlineMs: nullable(Count), reason: Reason, actor: Actor }, 'DrainRequest'),
  pause: t.type({ job: Name, reason: Reason, actor: Actor }, 'PauseRequest'),
  resume: t.type({ job: Name, reason: Reason, actor: Actor }, 'ResumeRequest'),
  promote: t.type({ job: Name, reason: Reason, actor: Actor }, 'PromoteRequest'),
  revert: t.type({ job: Name, to: nullable(Count), reason: Reason, actor: Actor }, 'RevertRequest'),
  restart: t.type(
    { job: Name, task: nullable(Name), index: nullable(Count), reason: Reason, actor: Actor },
    'RestartRequest',
  ),
  run: t.type({ job: Name, params: Params, reason: Reason, actor: Actor }, 'RunRequest'),
  scale: t.type({ job: Name, task: Name, replicas: Replicas, reason: Reason, actor: Actor }, 'ScaleRequest'),
  jobs: t.type({}, 'JobsRequest'),
  job: t.type({ job: Name }, 'JobRequest'),
  tasks: t.type({ job: nullable(Name) }, 'TasksRequest'),
  task: t.type({ id: Id }, 'TaskRequest'),
  workers: t.type({}, 'WorkersRequest'),
  worker: t.type({ worker: Name }, 'WorkerRequest'),
  status: t.type({}, 'StatusRequest'),
  health: t.type({}, 'HealthRequest'),
  quarantine: t.type({}, 'QuarantineRequest'),
  skip: t.type({ sequence: Count, reason: Reason, actor: Actor }, 'SkipRequest'),
  'set-policy': t.type(
    {
      policy: nullable(PlacementPolicyCodec),
      seed: nullable(Count),
      preemption: nullable(t.boolean),
      actor: Actor,
    },
    'SetPolicyRequest',
  ),
  rebalance: t.type({ policy: PlacementPolicyCodec, moves: Moves, reason: Reason, actor: Actor }, 'RebalanceRequest'),
  explain: t.type({ id: Id }, 'ExplainRequest'),
  view: t.type({ keys: Keys }, 'ViewRequest'),
  who: t.type({}, 'WhoRequest'),
  logs: t.type(
    {
      id: Id,
      attempt: nullable(Count),
      hook: nullable(Name),
      follow: t.boolean,
      tail: nullable(Count),
      sinceMs: nullable(Count),
    },
    'LogsRequest',
  ),
  stats: t.type({}, 'StatsRequest'),
  inspect: t.type({ id: Id, attempt: nullable(Count) }, 'InspectRequest'),
  'copy-out': t.type({ id: Id, attempt: nullable(Count), path: Path }, 'CopyOutRequest'),
  'copy-in': t.type({ id: Id, attempt: nullable(Count), session: Id, path: Path, actor: Actor }, 'CopyInRequest'),
  prune: t.type({ volumes: t.boolean, apply: t.boolean, actor: Actor }, 'PruneRequest'),
  exec: t.type(
    {
      id: Id,
      attempt: nullable(Count),
      session: Id,
      command: Command,
      terminal: Terminal,
      input: t.boolean,
      user: nullable(Id),
      folder: nullable(Path),
      env: Variables,
      actor: Actor,
    },
    'ExecRequest',
  ),
}

export type Verb = keyof typeof REQUESTS
export type RequestOf<V extends Verb> = t.TypeOf<(typeof REQUESTS)[V]>

/** What the answer is; `Parts` of verbs that answer with a stream. */
export interface Replies {
  readonly submit: SubmitReply
  readonly stop: StopReply
  readonly forget: ForgetReply
  readonly cordon: IntakeReply
  readonly uncordon: IntakeReply
  readonly drain: IntakeReply
  readonly label: LabelReply
  readonly pause: ChangeReply
  readonly resume: ChangeReply
  readonly promote: ChangeReply
  readonly revert: ChangeReply & { readonly to: number }
  readonly restart: ChangeReply
  readonly run: RunReply
  readonly scale: ChangeReply
  readonly jobs: Parts<JobSummary>
  readonly job: JobDetail & Positioned
  readonly tasks: Parts<InstanceSummary>
  readonly task: InstanceDetail & Positioned
  readonly workers: Parts<WorkerReply>
  readonly worker: WorkerDetailReply & Positioned
  readonly status: StatusReply
  readonly health: HealthReply
  readonly quarantine: Parts<QuarantinedSummary>
  readonly skip: SkipReply
  readonly 'set-policy': SetPolicyReply
  readonly rebalance: RebalanceReply
  readonly explain: ExplainReply
  readonly view: ViewPart
  readonly who: WhoReply
  readonly logs: { readonly stream: 'stdout' | 'stderr'; readonly time: string | null; readonly text: string }
  readonly stats: StatsReply
  readonly inspect: InspectReply
  /** A tar stream in base64. */
  readonly 'copy-out': { readonly data: string }
  readonly 'copy-in': SessionPart
  readonly prune: PruneReply
  readonly exec: SessionPart
}

/** `ork.api.v1.submit`; for verbs that one service of many must answer, the service's name follows. */
export const apiSubject = (prefix: string, verb: Verb, target?: string): string =>
  target === undefined ? `${prefix}.api.v1.${verb}` : `${prefix}.api.v1.${verb}.${target}`

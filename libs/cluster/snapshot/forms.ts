import * as t from 'io-ts'
import { MoveCodec, RoleCodec } from '#libs/events'
import { nullable, ResourcesCodec } from '#libs/kernel'
import {
  DriverNameCodec,
  type JobKind,
  type JobSpec,
  JobSpecCodec,
  PlacementPolicyCodec,
  type TaskSpec,
  TaskSpecCodec,
} from '#libs/spec'
import { type Health, INSTANCE_STATES, type InstanceState } from '../lifecycle'
import type { Leader, Quarantined, Rebalance, Scheduling, ServiceInfo } from '../model/cluster'
import type { CronRun, CronState, RunState } from '../model/cron'
import type {
  Attempt,
  ExitInfo,
  Instance,
  Job,
  JobState,
  Port,
  Submission,
  Target,
  Task,
  Update,
  UpdateState,
} from '../model/job'
import type { Intake, Volume, Worker, WorkerState } from '../model/worker'
import type { Stretch } from '../series'
import { type Fields, type Form, fieldsOf, listOf, Malformed, orNull, plain, Shared, struct } from './form'

const text = plain(t.string)
const number = plain(t.number)
const flag = plain(t.boolean)
const textOrNull = plain<string | null>(nullable(t.string))

/** The codec of a set of words: all of them, or it does not compile. */
const words = <W extends string>(all: Readonly<Record<W, null>>): t.Type<W> => t.keyof(all) as unknown as t.Type<W>

const JobKindCodec = words<JobKind>({ service: null, batch: null, system: null, cron: null })
const JobStateCodec = words<JobState>({
  running: null,
  stopping: null,
  stopped: null,
  completed: null,
  failed: null,
  purged: null,
})
const WorkerStateCodec = words<WorkerState>({ ready: null, suspected: null, left: null, lost: null, forgotten: null })
const IntakeCodec = words<Intake>({ open: null, cordoned: null, draining: null, drained: null })
const allInstanceStates = Object.fromEntries(INSTANCE_STATES.map((state) => [state, null]))
const InstanceStateCodec = words(allInstanceStates as Record<InstanceState, null>)
const HealthCodec = words<Health>({ starting: null, healthy: null, unhealthy: null })
const CountsCodec: t.Type<Record<InstanceState, number>> = t.record(InstanceStateCodec, t.number, 'counts')

const submissionCodec: t.Type<Submission> = t.type({
  version: t.number,
  seq: t.number,
  time: t.number,
  actor: nullable(t.string),
})
const UpdateStateCodec = words<UpdateState>({ running: null, paused: null, succeeded: null, failed: null })
const updateCodec: t.Type<Update> = t.type({
  state: UpdateStateCodec,
  promoted: t.boolean,
  restart: t.boolean,
  since: t.number,
  reason: nullable(t.string),
})
const RunStateCodec = words<RunState>({ running: null, completed: null, failed: null, stopped: null, replaced: null })
const runCodec: t.Type<CronRun> = t.type({
  id: t.string,
  slot: t.number,
  seq: t.number,
  version: t.number,
  scheduledAt: nullable(t.number),
  firedAt: t.number,
  params: t.record(t.string, t.string),
  actor: nullable(t.string),
  asked: nullable(t.string),
  state: RunStateCodec,
  endedAt: nullable(t.number),
  failed: t.number,
  reason: nullable(t.string),
})
const cronCodec: t.Type<CronState> = t.type({
  through: t.number,
  runs: t.array(runCodec),
  skipped: nullable(t.type({ scheduledAt: t.number, reason: t.string })),
})
const targetsForm = plain<Target[]>(t.array(t.type({ worker: t.string, wanted: t.boolean })))
const portCodec: t.Type<Port> = t.type({ name: t.string, hostPort: t.number })
const exitCodec: t.Type<ExitInfo> = t.type({
  exitCode: nullable(t.number),
  signal: nullable(t.string),
  oomKilled: t.boolean,
})

export const leaderForm = plain<Leader>(t.type({ holder: t.string, epoch: t.number, seq: t.number }, 'leader'))
export const schedulingForm = plain<Scheduling>(
  t.type(
    { policy: PlacementPolicyCodec, seed: nullable(t.number), preemption: t.boolean, placements: t.number },
    'scheduling',
  ),
)
const rebalanceCodec: t.Type<Rebalance> = t.type({ seq: t.number, moves: t.readonlyArray(MoveCodec) }, 'rebalance')
export const rebalanceForm = plain<Rebalance | null>(nullable(rebalanceCodec))
export const serviceForm = plain<ServiceInfo>(
  t.type({ role: RoleCodec, name: t.string, version: t.string, seq: t.number }, 'service'),
)
export const quarantinedForm = plain<Quarantined>(
  t.type(
    { seq: t.number, last: t.number, count: t.number, reason: t.string, since: nullable(t.number) },
    'quarantined aggregate',
  ),
)

/** Without its instances, which follow once these are known. */
/** A worker as its line has it: its sets and maps as lists, its instances apart. */
export interface WrittenWorker extends Omit<Worker, 'instances' | 'hostPorts' | 'reservedDevices' | 'volumes'> {
  readonly hostPorts: readonly string[]
  readonly reservedDevices: [string, number][]
  readonly volumes: [string, Volume][]
}

const volumeCodec: t.Type<Volume> = t.type({ made: t.boolean, users: t.number })

export const workerForm: Form<WrittenWorker> = struct('worker', {
  name: text,
  state: plain(WorkerStateCodec),
  intake: plain(IntakeCodec),
  drainDeadlineMs: plain<number | null>(nullable(t.number)),
  capacity: plain(ResourcesCodec),
  overcommit: plain(t.record(t.string, t.number)),
  reserved: plain(ResourcesCodec),
  labels: plain(t.record(t.string, t.string)),
  ownLabels: plain(t.record(t.string, t.string)),
  givenLabels: plain(t.record(t.string, nullable(t.string))),
  platform: plain(t.record(t.string, t.string)),
  drivers: plain(t.array(DriverNameCodec)),
  silentDrivers: plain(t.array(DriverNameCodec)),
  portSpaces: plain(t.array(t.string)),
  version: text,
  host: text,
  seq: number,
  since: number,
  hostPorts: plain(t.array(t.string)),
  devices: plain(t.record(t.string, t.number)),
  reservedDevices: plain(t.array(t.tuple([t.string, t.number]))),
  volumes: plain(t.array(t.tuple([t.string, volumeCodec]))),
})

/** An instance without what its line does not say: the task it stands under. */
export type Written = Omit<Instance, 'task' | 'retiring'> & { readonly retiring: Omit<Attempt, 'task'> | null }

/** The forms of what belongs to a job. Each template of a task is written once, however many instances hold it. */
export const jobForms = () => {
  const specs = new Shared<TaskSpec>(plain(TaskSpecCodec))
  const spec: Form<JobSpec> = {
    write: (value) => ({ ...value, tasks: value.tasks.map((task) => specs.ref.write(task)) }),
    read: (written) => {
      const { tasks, ...rest } = fieldsOf('job', written)
      const whole: unknown = { ...rest, tasks: listOf('tasks of a job', tasks).map((task) => specs.ref.read(task)) }
      if (!JobSpecCodec.is(whole)) throw new Malformed('not a JobSpec')
      return whole
    },
  }
  const job: Form<Omit<Job, 'tasks'>> = struct('job', {
    name: text,
    kind: plain(JobKindCodec),
    state: plain(JobStateCodec),
    version: number,
    purge: flag,
    spec,
    update: plain<Update | null>(nullable(updateCodec)),
    stable: orNull(struct('stable version', { version: number, spec })),
    targets: targetsForm,
    targeted: number,
    cron: plain<CronState | null>(nullable(cronCodec)),
    seq: number,
    history: plain(t.array(submissionCodec)),
  })
  const task: Form<Omit<Task, 'job' | 'instances'>> = struct('task', {
    name: text,
    spec: specs.ref,
    replicas: number,
    templateVersion: number,
    outdated: number,
    retiring: number,
    unready: number,
    turnedDown: flag,
    counts: plain(CountsCodec),
  })
  const attempt: Fields<Omit<Attempt, 'task'>> = {
    index: number,
    state: plain(InstanceStateCodec),
    attempt: number,
    worker: textOrNull,
    version: number,
    templateVersion: number,
    spec: specs.ref,
    placedSeq: number,
    lostAfterMs: number,
    chosenPorts: plain(t.array(portCodec)),
    since: number,
    startedAt: number,
    health: plain<Health | null>(nullable(HealthCodec)),
    restarts: number,
    notBefore: number,
    container: textOrNull,
    ports: plain(t.array(portCodec)),
    exit: plain<ExitInfo | null>(nullable(exitCodec)),
    reason: textOrNull,
  }
  const instance: Form<Written> = struct('instance', {
    ...attempt,
    retiring: orNull(struct('retiring attempt', attempt)),
    run: textOrNull,
    aim: textOrNull,
    awaits: textOrNull,
    seq: number,
    reschedules: number,
    avoids: plain(t.array(t.string)),
    rejectedBy: plain(t.array(t.string)),
    recent: plain(t.array(t.number)),
  })
  const stretch: Form<Stretch<Written>> = struct('stretch', { from: number, to: number, like: instance, size: number })
  return { specs, job, task, instance, stretch }
}

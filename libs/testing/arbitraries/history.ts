import * as fc from 'fast-check'
import {
  attemptsOf,
  type Cluster,
  type CronState,
  emptyCluster,
  evolve,
  type Instance,
  ignoreChanges,
  type Job,
  LIFECYCLE,
  type StepType,
} from '#libs/cluster'
import { type Draft, type Entry, EVENT_TYPES, EVENTS, type EventType, stamp, type Unreadable } from '#libs/events'
import type { JobKind } from '#libs/spec'
import { aJob, fired, on, runEnded } from '../happenings'
import { draftArbitrary } from './events'

const JOBS = ['a', 'b'] as const
const TASKS = ['x', 'y'] as const
const WORKERS = ['w1', 'w2', 'w3'] as const

/** One turn of a history: something quite arbitrary, or the next thing that may well happen to what is there. */
type Turn =
  | { readonly wild: Draft | Unreadable; readonly epoch: number }
  | { readonly pick: number; readonly roll: number; readonly spec: Draft; readonly epoch: number }

const specArbitrary = fc
  .record({
    name: fc.constantFrom(...JOBS),
    kind: fc.constantFrom<JobKind[]>('service', 'service', 'batch', 'system', 'cron', 'cron'),
    tasks: fc.uniqueArray(
      fc.record({
        name: fc.constantFrom<string[]>(...TASKS),
        image: fc.constantFrom('v:1', 'v:2'),
        replicas: fc.nat({ max: 3 }),
        hostPort: fc.constantFrom(0, 8080, 8081),
        cpuMilli: fc.integer({ min: 1, max: 3 }),
      }),
      { minLength: 1, selector: ({ name }) => name },
    ),
  })
  .map(({ name, kind, tasks }) =>
    aJob({
      name,
      kind,
      tasks: tasks.map(({ hostPort, cpuMilli, ...task }) => ({
        ...task,
        resources: { cpuMilli, memoryBytes: cpuMilli * 7, diskBytes: 1 },
        ports: [{ name: 'p', port: 80, hostPort, protocol: 'tcp' as const }],
      })),
    }),
  )

/** The fields by which events find what they are about, from so small a world that they often meet. */
const meetingArbitrary = fc.record({
  job: fc.constantFrom(...JOBS),
  task: fc.constantFrom(...TASKS),
  index: fc.nat({ max: 3 }),
  worker: fc.constantFrom(...WORKERS),
  attempt: fc.nat({ max: 4 }),
  placement: fc.nat({ max: 10 }),
  version: fc.nat({ max: 4 }),
  epoch: fc.nat({ max: 4 }),
  sequence: fc.nat({ max: 40 }),
  through: fc.nat({ max: 60 }),
  subject: fc.constantFrom('events.job.a', 'events.task.a.x.0', 'events.worker.w1', 'events.control.manager'),
  run: fc.constantFrom('r1', 'r2', 'r3', 'r4'),
  slot: fc.nat({ max: 4 }),
  scheduledAt: fc.nat({ max: 70_000 }),
  spec: specArbitrary,
  add: fc.array(fc.constantFrom(...WORKERS), { maxLength: 2 }),
  remove: fc.array(fc.constantFrom(...WORKERS), { maxLength: 1 }),
})

const wildArbitrary: fc.Arbitrary<Draft> = fc
  .tuple(fc.oneof(...EVENT_TYPES.map(draftArbitrary)), meetingArbitrary)
  .map(([draft, meeting]) => {
    const data: Readonly<Record<string, unknown>> = { ...draft.data }
    const known = Object.entries(meeting).filter(([key, value]) => typeof data[key] === typeof value)
    return { type: draft.type, data: { ...data, ...Object.fromEntries(known) } } as Draft
  })

const unreadableArbitrary: fc.Arbitrary<Unreadable> = fc
  .constantFrom(
    'job.a.Odd',
    'task.a.x.0.w1.Odd',
    'task.a.x.00.w1.Odd',
    'task.b',
    'worker.w1.Odd',
    'control.manager.Odd',
    'odd',
  )
  .map((path) => ({ type: 'Unreadable', path: `events.${path}`, error: { tag: 'NotJson', detail: 'odd' } }))

const turnArbitrary: fc.Arbitrary<Turn> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      wild: fc.oneof({ weight: 20, arbitrary: wildArbitrary }, { weight: 1, arbitrary: unreadableArbitrary }),
      epoch: fc.nat({ max: 5 }),
    }),
  },
  {
    weight: 7,
    arbitrary: fc.record({
      pick: fc.nat(),
      roll: fc.nat(),
      spec: specArbitrary.map(
        (spec): Draft => ({ type: 'JobSubmitted', data: { job: spec.name, version: 1, reason: null, spec } }),
      ),
      epoch: fc.integer({ min: 4, max: 5 }),
    }),
  },
)

const at = <T>(items: readonly T[], index: number): T | undefined => items[index % Math.max(1, items.length)]

const nextStep = (instance: Instance, cluster: Cluster, roll: number): Draft | undefined => {
  const { task, index, state, attempt, worker, placedSeq } = at(attemptsOf(instance), roll >> 4) ?? instance
  const id = `${task.job.name}.${task.name}.${index}`
  const types = (Object.keys(LIFECYCLE) as StepType[]).filter((type) => LIFECYCLE[type][state] !== undefined)
  const now = on(id, worker ?? 'w1', attempt, placedSeq)
  switch (state === 'running' && roll % 3 === 0 ? 'TaskReplaceRequested' : at(types, roll)) {
    case 'TaskScheduled':
      return on(id, at([...cluster.workers.keys()], roll) ?? 'w1', attempt + 1).scheduled(task.job.version)
    case 'TaskRejected':
      return now.rejected()
    case 'TaskPulling':
      return now.pulling()
    case 'TaskStarted':
      return now.started(roll % 2 === 0)
    case 'TaskHealthChanged':
      return roll % 3 === 0 ? now.unhealthy() : now.healthy()
    case 'TaskRescheduled':
      return now.rescheduled()
    case 'TaskExited':
      return now.exited()
    case 'TaskRestarting':
      return on(id, worker ?? 'w1', attempt + 1, placedSeq).restarting()
    case 'TaskReplaceRequested':
      return now.replaceAsked()
    case 'TaskStopRequested':
      return now.stopAsked()
    case 'TaskPreempted':
      return now.preempted({ job: task.job.name, task: task.name, index: roll % 3, priority: 80 })
    case 'TaskStopped':
      return now.stopped()
    case 'TaskCompleted':
      return now.completed()
    case 'TaskFailed':
      return now.failed()
    case 'TaskLost':
      return now.lost()
    default:
      return undefined
  }
}

const jobStep = (job: Job, roll: number): Draft | undefined =>
  job.cron === null ? updateStep(job, roll) : cronStep(job, job.cron, roll)

const cronStep = ({ name, version }: Job, { runs, through }: CronState, roll: number): Draft | undefined => {
  const { id } = at(runs, roll) ?? { id: 'r0' }
  const next = through + 60_000
  switch (roll % 4) {
    case 0:
      return runEnded(id, roll % 3, roll % 5 === 0 ? 'odd' : null, name)
    case 1:
      return { type: 'CronSkipped', data: { job: name, version, scheduledAt: next, reason: 'odd' } }
    default:
      return fired(roll % 3 === 0 ? null : next, `r${next}`, roll % 3, name, version)
  }
}

const updateStep = ({ name, version, update }: Job, roll: number): Draft | undefined => {
  const data = { job: name, version }
  const paused: Draft = { type: 'UpdatePaused', data: { ...data, reason: null } }
  const restart: Draft = { type: 'JobRestartRequested', data: { job: name, task: null, index: null, reason: null } }
  switch (update?.state) {
    case 'running':
      return at<Draft>(
        [
          paused,
          { type: 'UpdatePromoted', data: { ...data, reason: null } },
          { type: 'UpdateSucceeded', data },
          { type: 'UpdateFailed', data: { ...data, reason: 'odd' } },
        ],
        roll,
      )
    case 'paused':
      return { type: 'UpdateResumed', data: { ...data, reason: null } }
    default:
      if (roll % 3 === 0) return restart
      return update === null ? { type: 'UpdateStarted', data: { ...data, replaces: 1 } } : paused
  }
}

const nextOf = (cluster: Cluster, { pick, roll, spec }: Extract<Turn, { pick: number }>): Draft => {
  const instances = [...cluster.jobs.values()].flatMap(({ tasks }) =>
    [...tasks.values()].flatMap((task) => [...task.instances]),
  )
  const instance = at(instances, pick)
  const cron = at(
    [...cluster.jobs.values()].filter((job) => job.cron !== null),
    pick,
  )
  if (cron !== undefined && roll % 4 === 0) return jobStep(cron, roll >> 2) ?? spec
  const turn = instance === undefined ? 0 : roll % 8
  const step =
    instance === undefined || turn === 0
      ? undefined
      : turn === 1
        ? jobStep(instance.task.job, roll >> 3)
        : nextStep(instance, cluster, roll)
  if (step !== undefined || spec.type !== 'JobSubmitted') return step ?? spec
  const version = (cluster.jobs.get(spec.data.job)?.version ?? 0) + 1
  return { type: 'JobSubmitted', data: { ...spec.data, version } }
}

const historyOf = (turns: readonly Turn[]): readonly Entry[] => {
  const cluster = emptyCluster()
  return turns.map((turn, at): Entry => {
    const seq = at + 1
    const what = 'wild' in turn ? turn.wild : nextOf(cluster, turn)
    const event =
      what.type === 'Unreadable'
        ? what
        : stamp(what, { id: `e${seq}`, source: 'worker/w1', time: seq * 1_000, ...epochOf(what.type, turn.epoch) })
    const entry = { seq, event }
    evolve(cluster, entry, ignoreChanges)
    return entry
  })
}

const epochOf = (type: EventType, epoch: number) => (EVENTS[type].nature === 'decision' ? { epoch } : {})

/** Logs of a small cluster in which legal steps, illegal ones, stale ones and nonsense follow each other. */
export const historyArbitrary: fc.Arbitrary<readonly Entry[]> = fc
  .array(turnArbitrary, { maxLength: 60, size: 'max' })
  .map((turns) => historyOf([...WORKERS.slice(0, 2).map(joining), ...turns]))

const joining = (worker: string): Turn => ({
  wild: {
    type: 'WorkerRegistered',
    data: {
      worker,
      capacity: { cpuMilli: 100, memoryBytes: 1_000, diskBytes: 100 },
      labels: {},
      drivers: ['simulated'],
      engines: {},
      devices: {},
      platform: {},
      overcommit: worker === WORKERS[0] ? { memoryBytes: 150 } : {},
      portSpaces: ['m1'],
      version: '0.1.0',
      host: worker,
    },
  },
  epoch: 0,
})

import type { EventOf } from '#libs/events'
import { sameTemplate, type TaskSpec } from '#libs/spec'
import { cronAfter } from './cronRuns'
import { ignoreIllegal, ignoreStray } from './ignore'
import { extend, forEachInstance, noInstances } from './instances'
import { INSTANCE_STATES, type InstanceState, isOver, isPlaced } from './lifecycle'
import type { Changes } from './model/changes'
import type { Cluster } from './model/cluster'
import { type Instance, type Job, MAX_SUBMISSIONS, type Task, TO_RESTART } from './model/job'
import { isOutdated, isWanted, lastVersion } from './queries'
import { forgetTroubles } from './reschedule'
import { enter, stopUnwanted } from './transition'

/** Each of these is a next version of the job, with the whole of it. */
type VersionEvent = EventOf<'JobSubmitted' | 'JobScaled' | 'JobReverted'>

/** Folds a next version of a job, the first one too; its instances follow from it without an event of their own. */
export const evolveVersion = (cluster: Cluster, seq: number, event: VersionEvent, changes: Changes): void => {
  const { spec, version } = event.data
  const time = Date.parse(event.time)
  const known = cluster.jobs.get(event.data.job)
  if (known !== undefined) {
    known.seq = seq
    changes.job(known)
  }
  if (spec.name !== event.data.job || version <= lastVersion(cluster, event.data.job)) {
    return known === undefined ? ignoreStray(cluster, seq, event) : ignoreIllegal(cluster)
  }
  const job = known ?? newJob(event)
  const restart = job.state !== 'running'
  const before = job.spec
  const settled = job.update === null || job.update.state === 'succeeded' || job.update.restart
  if (known !== undefined && settled) job.stable = { version: job.version, spec: job.spec }
  job.update = null
  job.purge = false
  job.seq = seq
  job.kind = spec.kind
  job.state = 'running'
  job.version = version
  job.spec = spec
  job.cron = cronAfter(job, before.cron, restart, time)
  job.history.push({ version, seq, time, actor: event.actor ?? null })
  if (job.history.length > MAX_SUBMISSIONS) job.history.splice(1, 1)
  if (known === undefined) addJob(cluster, job)
  const named = new Set(spec.tasks.map(({ name }) => name))
  for (const task of job.tasks.values()) {
    if (!named.has(task.name)) task.replicas = 0
    if (job.kind === 'cron') for (const _ of task.instances); // which of them a run has is told of each
  }
  for (const taskSpec of spec.tasks) adoptTask(cluster, job, taskSpec, version, time)
  if (before.kind !== spec.kind) for (const task of job.tasks.values()) countOutdated(task)
  for (const task of job.tasks.values()) {
    forEachInstance(task, changes, (instance, told, of) => settle(cluster, instance, time, restart, told, of))
  }
  changes.job(job)
}

/** Brings one instance, or so many that are alike, to what its job wants of it now. */
export const settle = (
  cluster: Cluster,
  instance: Instance,
  time: number,
  restart: boolean,
  changes: Changes,
  of: number,
): void => {
  if (instance.task.job.cron === null) instance.run = null
  if (!isWanted(instance)) {
    stopUnwanted(cluster, instance, time, 'the job no longer has it', changes, of)
    return
  }
  forgetTroubles(instance) // it may ask for less now
  instance.awaits = null
  if (instance.state === 'pending') {
    instance.spec = instance.task.spec
    changes.instance(instance)
    return
  }
  const again = restart || isOutdated(instance) || instance.state !== 'completed'
  if (isOver(instance.state) && again && instance.run === null) {
    enter(cluster, instance, 'pending', time, null, of)
    changes.instance(instance)
  }
}

const addJob = (cluster: Cluster, job: Job): void => {
  cluster.jobs.set(job.name, job)
  cluster.purged.delete(job.name)
  cluster.strays.delete(`events.job.${job.name}`)
}

const newJob = ({ data }: VersionEvent): Job => ({
  name: data.spec.name,
  kind: data.spec.kind,
  state: 'running',
  version: 0,
  purge: false,
  spec: data.spec,
  update: null,
  stable: null,
  targets: [],
  targeted: 0,
  cron: null,
  seq: 0,
  history: [],
  tasks: new Map(),
})

const adoptTask = (cluster: Cluster, job: Job, spec: TaskSpec, version: number, time: number): void => {
  const known = job.tasks.get(spec.name)
  const task = known ?? newTask(job, spec, version)
  if (known === undefined) job.tasks.set(spec.name, task)
  else if (!sameTemplate(task.spec, spec)) {
    task.templateVersion = templateOf(task, spec) ?? version
    countOutdated(task)
  }
  task.spec = spec
  task.replicas = job.kind === 'system' ? job.targets.length : spec.replicas
  if (job.kind !== 'cron') extend(cluster, task, task.replicas, 'pending', time)
  if (job.kind === 'system') for (const _ of task.instances); // those of one worker are unlike those of another
}

const countOutdated = (task: Task): void => {
  task.outdated = 0
  for (const instance of task.instances.made()) {
    if (isPlaced(instance.state) && isOutdated(instance)) task.outdated += 1
  }
}

/** A job that goes back to what some of its instances still are needs not replace those. */
const templateOf = (task: Task, spec: TaskSpec): number | undefined => {
  const templates = new Map<number, TaskSpec>()
  for (const instance of task.instances.made()) {
    if (isPlaced(instance.state) && instance.templateVersion !== TO_RESTART)
      templates.set(instance.templateVersion, instance.spec)
  }
  for (const [version, template] of templates) if (sameTemplate(template, spec)) return version
  return undefined
}

const newTask = (job: Job, spec: TaskSpec, version: number): Task => ({
  job,
  name: spec.name,
  spec,
  replicas: spec.replicas,
  templateVersion: version,
  instances: noInstances(),
  outdated: 0,
  retiring: 0,
  unready: 0,
  turnedDown: false,
  counts: Object.fromEntries(INSTANCE_STATES.map((state) => [state, 0])) as Record<InstanceState, number>,
})

import type { EventOf } from '#libs/events'
import { NONE } from '#libs/kernel'
import { sameTemplate, type TaskSpec } from '#libs/spec'
import { cronAfter, endRuns } from './cronRuns'
import { ignoreIllegal, ignoreStray } from './ignore'
import { extend, noInstances } from './instances'
import { INSTANCE_STATES, type InstanceState, isOver, isPlaced } from './lifecycle'
import { type Changes, ignoreChanges } from './model/changes'
import type { Cluster } from './model/cluster'
import { type Instance, type Job, type JobState, MAX_SUBMISSIONS, type Task, TO_RESTART } from './model/job'
import { mayBePurged, purge } from './purge'
import { isOutdated, isWanted, lastVersion } from './queries'
import { noteTargets } from './targets'
import { enter, stopUnwanted } from './transition'

/** Each of these is a next version of the job, with the whole of it. */
type VersionEvent = EventOf<'JobSubmitted' | 'JobScaled' | 'JobReverted'>
type StopEvent = EventOf<'JobStopRequested'>
type TargetEvent = EventOf<'JobTargeted'>
type EndEvent = EventOf<'JobStopped' | 'JobCompleted' | 'JobFailed'>
type RestartEvent = EventOf<'JobRestartRequested'>
type JobEvent = VersionEvent | StopEvent | RestartEvent | TargetEvent | EndEvent | EventOf<'JobPurged'>

/** Folds what happens to a job as a whole; its instances follow from it without an event of their own. */
export const evolveJob = (cluster: Cluster, seq: number, event: JobEvent, fresh: boolean, changes: Changes): void => {
  if (isVersion(event)) return submit(cluster, seq, event, changes)
  const job = cluster.jobs.get(event.data.job)
  if (job === undefined) return ignoreStray(cluster, seq, event)
  job.seq = seq
  if (fresh) step(cluster, job, event, changes)
  changes.job(job) // also when ignored: a decision may have been refused because of this event
}

const isVersion = (event: JobEvent): event is VersionEvent => 'spec' in event.data

const step = (cluster: Cluster, job: Job, event: Exclude<JobEvent, VersionEvent>, changes: Changes): void => {
  const time = Date.parse(event.time)
  switch (event.type) {
    case 'JobStopRequested':
      if (!stop(cluster, job, event, changes)) break
      return
    case 'JobPurged':
      if (!mayBePurged(job) || event.data.version !== job.version) break
      return purge(cluster, job)
    case 'JobTargeted':
      if (!target(cluster, job, event, changes)) break
      return
    case 'JobRestartRequested':
      if (job.state !== 'running' || job.kind === 'cron') break
      return restart(cluster, job, event, changes)
    case 'JobStopped':
      return finish(cluster, job, event, 'stopping', 'stopped')
    case 'JobCompleted':
      return finish(cluster, job, event, 'running', 'completed')
    case 'JobFailed':
      finish(cluster, job, event, 'running', 'failed')
      if (job.state === 'failed' && event.data.reason !== null) {
        stopAll(cluster, job, time, `the job has failed: ${event.data.reason}`, changes)
      }
      return
  }
  ignoreIllegal(cluster)
}

const stop = (cluster: Cluster, job: Job, { data, time }: StopEvent, changes: Changes): boolean => {
  const asksMore = data.purge && !job.purge
  if (job.state !== 'running' && !asksMore) return false
  job.purge = data.purge
  if (job.state !== 'running') return true
  job.state = 'stopping'
  job.update = null
  endRuns(cluster, job, 'stopped', Date.parse(time), 'the job was stopped', changes)
  stopAll(cluster, job, Date.parse(time), 'the job was stopped', changes)
  return true
}

const stopAll = (cluster: Cluster, job: Job, time: number, reason: string, changes: Changes): void => {
  for (const task of job.tasks.values()) {
    forEach(task, changes, (instance, told, of) => stopUnwanted(cluster, instance, time, reason, told, of))
  }
}

/** A system job is to run on other workers than before. */
const target = (cluster: Cluster, job: Job, event: TargetEvent, changes: Changes): boolean => {
  if (job.state !== 'running' || job.kind !== 'system' || event.data.version !== job.version) return false
  const time = Date.parse(event.time)
  const indices = noteTargets(job, event.data)
  job.targeted = job.version
  for (const task of job.tasks.values()) {
    if (!job.spec.tasks.some(({ name }) => name === task.name)) continue
    task.replicas = job.targets.length
    extend(cluster, task, task.replicas, 'pending', time)
    for (const index of indices) {
      const instance = task.instances.at(index)
      if (instance !== undefined) settle(cluster, instance, time, false, changes, 1)
    }
  }
  return true
}

/**
 * What is placed is no longer as it should be, and is replaced as for an update; what has failed, or was turned down by a
 * worker, is tried again.
 */
const restart = (cluster: Cluster, job: Job, { data, time }: RestartEvent, changes: Changes): void => {
  const since = Date.parse(time)
  for (const task of job.tasks.values()) {
    if (data.task !== null && data.task !== task.name) continue
    for (const instance of task.instances.made()) {
      if ((data.index !== null && data.index !== instance.index) || !isWanted(instance)) continue
      if (instance.state === 'failed') tryAnew(cluster, instance, since)
      else if (instance.state === 'pending') forgetFailures(instance)
      else if (!isPlaced(instance.state) || instance.state === 'stopping' || isOutdated(instance)) continue
      else {
        instance.templateVersion = TO_RESTART
        task.outdated += 1
      }
      changes.instance(instance)
    }
  }
  if (job.update?.state === 'running' || job.update?.state === 'paused') return
  const isRestart = job.update?.state !== 'failed'
  job.update = { state: 'running', promoted: true, restart: isRestart, since, reason: null }
}

const tryAnew = (cluster: Cluster, instance: Instance, time: number): void => {
  forgetFailures(instance)
  enter(cluster, instance, 'pending', time, null)
}

/** The end that the manager saw, of the version it saw. */
const finish = (cluster: Cluster, job: Job, { data }: EndEvent, from: JobState, to: JobState): void => {
  const isEndless = job.kind === 'cron' && from === 'running'
  if (job.state !== from || isEndless || data.version !== job.version) return ignoreIllegal(cluster)
  job.state = to
  job.update = null
}

/**
 * Each instance of a task of which anything was told, then one for all those that are alike, with how many these are:
 * nobody need be told of each of them.
 */
const forEach = (
  { instances, replicas }: Task,
  changes: Changes,
  call: (instance: Instance, changes: Changes, of: number) => void,
): void => {
  instances.split(replicas)
  for (const instance of instances.made()) call(instance, changes, 1)
  for (const { like, size } of instances.alike) call(like, ignoreChanges, size)
}

const submit = (cluster: Cluster, seq: number, event: VersionEvent, changes: Changes): void => {
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
    forEach(task, changes, (instance, told, of) => settle(cluster, instance, time, restart, told, of))
  }
  changes.job(job)
}

/** Brings one instance to what the new version wants of it. */
const settle = (
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
  forgetFailures(instance) // it may ask for less now
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

const forgetFailures = (instance: Instance): void => {
  instance.rejectedBy = NONE
  instance.reschedules = 0
  instance.avoids = NONE
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

import type { EventOf } from '#libs/events'
import { DEFAULT_LOST_AFTER_MS, sameTemplate, type TaskSpec } from '#libs/spec'
import { ignoreIllegal, ignoreStray } from './ignore'
import { INSTANCE_STATES, type InstanceState, isOver, isPlaced } from './lifecycle'
import {
  type Changes,
  type Cluster,
  type Instance,
  isOutdated,
  isWanted,
  type Job,
  type JobState,
  MAX_SUBMISSIONS,
  type Task,
} from './model'
import { enter, enterRetiring } from './transition'

/** Each of these is a next version of the job, with the whole of it. */
type VersionEvent = EventOf<'JobSubmitted' | 'JobScaled' | 'JobReverted'>
type EndEvent = EventOf<'JobStopped' | 'JobCompleted' | 'JobFailed'>
type JobEvent = VersionEvent | EventOf<'JobStopRequested'> | EndEvent

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
      if (job.state !== 'running') break
      job.state = 'stopping'
      job.update = null
      for (const task of job.tasks.values()) {
        for (const instance of task.instances) stopUnwanted(cluster, instance, time, 'the job was stopped', changes)
      }
      return
    case 'JobStopped':
      return finish(cluster, job, event, 'stopping', 'stopped')
    case 'JobCompleted':
      return finish(cluster, job, event, 'running', 'completed')
    case 'JobFailed':
      return finish(cluster, job, event, 'running', 'failed')
  }
  ignoreIllegal(cluster)
}

/** The end that the manager saw, of the version it saw. */
const finish = (cluster: Cluster, job: Job, { data }: EndEvent, from: JobState, to: JobState): void => {
  if (job.state !== from || data.version !== job.version) return ignoreIllegal(cluster)
  job.state = to
  job.update = null
}

/** What is pending simply ends; what is placed is asked to. */
const stopUnwanted = (cluster: Cluster, instance: Instance, time: number, reason: string, changes: Changes): void => {
  const { retiring } = instance
  if (retiring?.state === 'running') {
    retiring.reason = reason
    enterRetiring(cluster, instance, retiring, 'stopping', time)
    changes.instance(instance)
  }
  if (instance.state === 'pending') enter(cluster, instance, 'stopped', time, reason)
  else if (isPlaced(instance.state) && instance.state !== 'stopping') enter(cluster, instance, 'stopping', time, reason)
  else return
  changes.instance(instance)
}

const submit = (cluster: Cluster, seq: number, event: VersionEvent, changes: Changes): void => {
  const { spec, version } = event.data
  const time = Date.parse(event.time)
  const known = cluster.jobs.get(event.data.job)
  if (known !== undefined) {
    known.seq = seq
    changes.job(known)
  }
  if (spec.name !== event.data.job || version <= (known?.version ?? 0)) {
    return known === undefined ? ignoreStray(cluster, seq, event) : ignoreIllegal(cluster)
  }
  const job = known ?? newJob(event)
  const restart = job.state !== 'running'
  const settled = job.update === null || job.update.state === 'succeeded'
  if (known !== undefined && settled) job.stable = { version: job.version, spec: job.spec }
  job.update = null
  job.seq = seq
  job.kind = spec.kind
  job.state = 'running'
  job.version = version
  job.spec = spec
  job.history.push({ version, seq, time, actor: event.actor ?? null })
  if (job.history.length > MAX_SUBMISSIONS) job.history.splice(1, 1)
  if (known === undefined) addJob(cluster, job)
  const named = new Set(spec.tasks.map(({ name }) => name))
  for (const task of job.tasks.values()) {
    if (!named.has(task.name)) task.replicas = 0
  }
  for (const taskSpec of spec.tasks) adoptTask(cluster, job, taskSpec, version, time)
  for (const task of job.tasks.values()) {
    for (const instance of task.instances) settle(cluster, instance, time, restart, changes)
  }
  changes.job(job)
}

/** Brings one instance to what the new version wants of it. */
const settle = (cluster: Cluster, instance: Instance, time: number, restart: boolean, changes: Changes): void => {
  if (!isWanted(instance)) {
    stopUnwanted(cluster, instance, time, 'the job no longer has it', changes)
    return
  }
  instance.rejectedBy = NONE // it may ask for less now
  if (instance.state === 'pending') {
    instance.spec = instance.task.spec
    changes.instance(instance)
    return
  }
  const again = restart || isOutdated(instance) || instance.state !== 'completed'
  if (isOver(instance.state) && again) {
    enter(cluster, instance, 'pending', time, null)
    changes.instance(instance)
  }
}

const addJob = (cluster: Cluster, job: Job): void => {
  cluster.jobs.set(job.name, job)
  cluster.strays.delete(`events.job.${job.name}`)
}

const newJob = ({ data }: VersionEvent): Job => ({
  name: data.spec.name,
  kind: data.spec.kind,
  state: 'running',
  version: 0,
  spec: data.spec,
  update: null,
  stable: null,
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
    task.outdated = task.instances.filter((instance) => isPlaced(instance.state) && isOutdated(instance)).length
  }
  task.spec = spec
  task.replicas = spec.replicas
  for (let index = task.instances.length; index < spec.replicas; index += 1) {
    task.instances.push(newInstance(task, index, time, takeStray(cluster, job.name, spec.name, index)))
    task.counts.pending += 1
  }
}

/** A job that goes back to what some of its instances still are needs not replace those. */
const templateOf = (task: Task, spec: TaskSpec): number | undefined => {
  const templates = new Map<number, TaskSpec>()
  for (const instance of task.instances) {
    if (isPlaced(instance.state)) templates.set(instance.templateVersion, instance.spec)
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
  instances: [],
  outdated: 0,
  retiring: 0,
  counts: Object.fromEntries(INSTANCE_STATES.map((state) => [state, 0])) as Record<InstanceState, number>,
})

const NONE: readonly never[] = []

const takeStray = (cluster: Cluster, job: string, task: string, index: number): number => {
  if (cluster.strays.size === 0) return 0
  const aggregate = `events.task.${job}.${task}.${index}`
  const seq = cluster.strays.get(aggregate) ?? 0
  cluster.strays.delete(aggregate)
  return seq
}

const newInstance = (task: Task, index: number, time: number, seq: number): Instance => ({
  task,
  index,
  state: 'pending',
  attempt: 0,
  worker: null,
  version: 0,
  templateVersion: 0,
  spec: task.spec,
  retiring: null,
  placedSeq: 0,
  lostAfterMs: DEFAULT_LOST_AFTER_MS,
  seq,
  since: time,
  startedAt: 0,
  restarts: 0,
  notBefore: 0,
  container: null,
  ports: NONE,
  exit: null,
  reason: null,
  rejectedBy: NONE,
  recent: [],
})

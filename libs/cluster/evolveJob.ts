import type { EventOf } from '#libs/events'
import { sameTemplate, type TaskSpec } from '#libs/spec'
import { INSTANCE_STATES, type InstanceState, isOver, isPlaced } from './lifecycle'
import { type Changes, type Cluster, type Instance, isWanted, type Job, type Task } from './model'
import { enter } from './transition'

type JobEvent = EventOf<'JobSubmitted' | 'JobStopRequested' | 'JobStopped' | 'JobCompleted' | 'JobFailed'>

/** Folds what happens to a job as a whole; its instances follow from it without an event of their own. */
export const evolveJob = (cluster: Cluster, seq: number, event: JobEvent, fresh: boolean, changes: Changes): void => {
  if (event.type === 'JobSubmitted') return submit(cluster, seq, event, changes)
  const job = cluster.jobs.get(event.data.job)
  if (job === undefined) {
    cluster.ignored.illegal += 1
    return
  }
  job.seq = seq
  if (!fresh) return
  const time = Date.parse(event.time)
  switch (event.type) {
    case 'JobStopRequested':
      if (job.state !== 'running') break
      job.state = 'stopping'
      for (const task of job.tasks.values()) {
        for (const instance of task.instances) stopUnwanted(cluster, instance, time, 'the job was stopped', changes)
      }
      return changes.job(job)
    case 'JobStopped':
      return finish(cluster, job, 'stopped', 'stopping', changes)
    case 'JobCompleted':
      return finish(cluster, job, 'completed', 'running', changes)
    case 'JobFailed':
      return finish(cluster, job, 'failed', 'running', changes)
  }
  cluster.ignored.illegal += 1
}

const finish = (cluster: Cluster, job: Job, to: Job['state'], from: Job['state'], changes: Changes): void => {
  if (job.state !== from) {
    cluster.ignored.illegal += 1
    return
  }
  job.state = to
  changes.job(job)
}

/** What is pending simply ends; what is placed is asked to. */
const stopUnwanted = (cluster: Cluster, instance: Instance, time: number, reason: string, changes: Changes): void => {
  if (instance.state === 'pending') enter(cluster, instance, 'stopped', time, reason)
  else if (isPlaced(instance.state) && instance.state !== 'stopping') enter(cluster, instance, 'stopping', time, reason)
  else return
  changes.instance(instance)
}

const submit = (cluster: Cluster, seq: number, event: EventOf<'JobSubmitted'>, changes: Changes): void => {
  const { spec, version } = event.data
  const time = Date.parse(event.time)
  const known = cluster.jobs.get(spec.name)
  const job = known ?? newJob(event)
  const restart = job.state !== 'running'
  job.seq = seq
  job.kind = spec.kind
  job.state = 'running'
  job.version = version
  job.spec = spec
  job.history.push({ version, seq, time, actor: event.actor ?? null })
  if (known === undefined) cluster.jobs.set(spec.name, job)
  const named = new Set(spec.tasks.map(({ name }) => name))
  for (const task of job.tasks.values()) {
    if (!named.has(task.name)) task.replicas = 0
  }
  for (const taskSpec of spec.tasks) adoptTask(job, taskSpec, version, time)
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
  if (instance.state === 'pending') {
    instance.spec = instance.task.spec
    instance.rejectedBy = []
    changes.instance(instance)
    return
  }
  const outdated = instance.version < instance.task.templateVersion
  const again = restart || outdated || instance.state !== 'completed'
  if (isOver(instance.state) && again) {
    instance.rejectedBy = []
    enter(cluster, instance, 'pending', time, null)
    changes.instance(instance)
  }
}

const newJob = ({ data }: EventOf<'JobSubmitted'>): Job => ({
  name: data.spec.name,
  kind: data.spec.kind,
  state: 'running',
  version: 0,
  spec: data.spec,
  seq: 0,
  history: [],
  tasks: new Map(),
})

const adoptTask = (job: Job, spec: TaskSpec, version: number, time: number): void => {
  const known = job.tasks.get(spec.name)
  const task = known ?? newTask(job, spec, version)
  if (known === undefined) job.tasks.set(spec.name, task)
  else if (!sameTemplate(task.spec, spec)) {
    task.templateVersion = version
    task.outdated = task.instances.filter(({ state }) => isPlaced(state)).length
  }
  task.spec = spec
  task.replicas = spec.replicas
  for (let index = task.instances.length; index < spec.replicas; index += 1) {
    task.instances.push(newInstance(task, index, time))
    task.counts.pending += 1
  }
}

const newTask = (job: Job, spec: TaskSpec, version: number): Task => ({
  job,
  name: spec.name,
  spec,
  replicas: spec.replicas,
  templateVersion: version,
  instances: [],
  outdated: 0,
  counts: Object.fromEntries(INSTANCE_STATES.map((state) => [state, 0])) as Record<InstanceState, number>,
})

const NONE: readonly never[] = []

const newInstance = (task: Task, index: number, time: number): Instance => ({
  task,
  index,
  state: 'pending',
  attempt: 0,
  worker: null,
  version: 0,
  spec: task.spec,
  placedSeq: 0,
  seq: 0,
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

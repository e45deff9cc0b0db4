import type { EventOf } from '#libs/events'
import { NONE } from '#libs/kernel'
import { endRuns } from './cronRuns'
import { settle } from './evolveVersion'
import { ignoreIllegal, ignoreStray } from './ignore'
import { extend, forEachInstance } from './instances'
import { isPlaced } from './lifecycle'
import type { Changes } from './model/changes'
import type { Cluster } from './model/cluster'
import { type Instance, type Job, type JobState, TO_RESTART } from './model/job'
import { mayBePurged, purge } from './purge'
import { isOutdated, isWanted } from './queries'
import { forgetFailures } from './reschedule'
import { noteTargets } from './targets'
import { enter, stopUnwanted } from './transition'

type StopEvent = EventOf<'JobStopRequested'>
type TargetEvent = EventOf<'JobTargeted'>
type EndEvent = EventOf<'JobStopped' | 'JobCompleted' | 'JobFailed'>
type RestartEvent = EventOf<'JobRestartRequested'>
type JobEvent = StopEvent | RestartEvent | TargetEvent | EndEvent | EventOf<'JobPurged'>

/** Folds what happens to a job as a whole but for its versions; its instances follow without an event of their own. */
export const evolveJob = (cluster: Cluster, seq: number, event: JobEvent, fresh: boolean, changes: Changes): void => {
  const job = cluster.jobs.get(event.data.job)
  if (job === undefined) return ignoreStray(cluster, seq, event)
  job.seq = seq
  if (fresh) step(cluster, job, event, changes)
  changes.job(job) // also when ignored: a decision may have been refused because of this event
}

const step = (cluster: Cluster, job: Job, event: JobEvent, changes: Changes): void => {
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
    forEachInstance(task, changes, (instance, told, of) => stopUnwanted(cluster, instance, time, reason, told, of))
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
      instance.rejectedBy = NONE // of what is up as well: its successor may go there
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

import type { EventOf } from '#libs/events'
import { ParamsCodec, type TaskSpec } from '#libs/spec'
import { endRun, endRuns, instancesInSlot, mostSlots } from './cronRuns'
import { ignoreIllegal, ignoreStray } from './ignore'
import { extend } from './instances'
import { isOver } from './lifecycle'
import type { Changes } from './model/changes'
import type { Cluster } from './model/cluster'
import type { CronState } from './model/cron'
import type { Job } from './model/job'
import { isUnderWay } from './queries'
import { enter } from './transition'

type CronEvent = EventOf<'CronFired' | 'CronSkipped' | 'CronEnded'>

/** The last that a date can tell; milliseconds since 1970. */
const LAST_TIME = 8.64e15

/** Folds the runs of a cron job. What they come to rests on the job's events alone, which every fold has. */
export const evolveCron = (cluster: Cluster, seq: number, event: CronEvent, fresh: boolean, changes: Changes): void => {
  const job = cluster.jobs.get(event.data.job)
  if (job === undefined) return ignoreStray(cluster, seq, event)
  job.seq = seq
  if (fresh && !step(cluster, job, event, changes)) ignoreIllegal(cluster)
  changes.job(job) // also when ignored: a decision may have been refused because of this event
}

/** Whether it is a legal step. */
const step = (cluster: Cluster, job: Job, event: CronEvent, changes: Changes): boolean => {
  const { cron } = job
  if (cron === null || job.state !== 'running') return false
  switch (event.type) {
    case 'CronFired':
      return fire(cluster, job, cron, event, changes)
    case 'CronSkipped': {
      const { version, scheduledAt, reason } = event.data
      if (version !== job.version || !isAhead(cron, scheduledAt)) return false
      cron.through = scheduledAt
      cron.skipped = { scheduledAt, reason }
      return true
    }
    case 'CronEnded': {
      const { run: id, failed, reason } = event.data
      const run = cron.runs.find((one) => one.id === id && one.state === 'running')
      if (run === undefined) return false
      run.failed = failed
      const state = failed === 0 && reason === null ? 'completed' : 'failed'
      endRun(cluster, job, run, state, Date.parse(event.time), reason, changes)
      return true
    }
  }
}

/** Each time of a schedule is decided on once: none that is not after all that were. */
const isAhead = ({ through }: CronState, scheduledAt: number): boolean =>
  scheduledAt > through && scheduledAt <= LAST_TIME

const fire = (cluster: Cluster, job: Job, cron: CronState, event: EventOf<'CronFired'>, changes: Changes): boolean => {
  const { version, run: id, slot, scheduledAt, params, reason } = event.data
  const isDue = scheduledAt === null || isAhead(cron, scheduledAt)
  if (version !== job.version || !isDue || slot > mostSlots(job)) return false
  if (!ParamsCodec.is(params)) return false // they become a part of the spec, which snapshots hold
  if (cron.runs.some((run) => run.id === id)) return false
  const replaces = job.spec.cron?.overlap === 'replace'
  if (!replaces && isTaken(job, slot)) return false
  const time = Date.parse(event.time)
  if (replaces) endRuns(cluster, job, 'replaced', time, `run ${id} takes its place`, changes)
  cron.through = scheduledAt ?? cron.through
  const fired = { id, slot, seq: job.seq, version, scheduledAt, firedAt: time, params }
  const asked = { actor: event.actor ?? null, asked: reason }
  cron.runs.push({ ...fired, ...asked, state: 'running', endedAt: null, failed: 0, reason: null })
  for (const spec of job.spec.tasks) begin(cluster, job, spec, slot, id, time, changes)
  return true
}

/** Whether a run that is under way has an instance there. */
const isTaken = (job: Job, slot: number): boolean => {
  for (const { run } of instancesInSlot(job, slot)) if (isUnderWay(job, run)) return true
  return false
}

/** The instances of one task that a run has: they are pending, once what the run before had there is gone. */
const begin = (
  cluster: Cluster,
  job: Job,
  { name, replicas }: TaskSpec,
  slot: number,
  run: string,
  time: number,
  changes: Changes,
): void => {
  const task = job.tasks.get(name)
  if (task === undefined) return
  const to = (slot + 1) * replicas
  extend(cluster, task, to, 'stopped', time)
  for (const _ of task.instances); // those of one run are unlike those of another
  for (let index = slot * replicas; index < to; index += 1) {
    const instance = task.instances.at(index)
    if (instance === undefined) continue
    Object.assign(instance, { run, rejectedBy: [], reschedules: 0, avoids: [] })
    if (isOver(instance.state)) enter(cluster, instance, 'pending', time, null)
    changes.instance(instance)
  }
}

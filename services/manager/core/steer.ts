import * as E from 'fp-ts/Either'
import { type Cluster, type Job, noSuchInstance } from '#libs/cluster'
import type { Draft } from '#libs/events'
import { type OrkError, orkError } from '#libs/kernel'
import { type JobSpec, sameSpec } from '#libs/spec'
import { changesKind, kindChange, noSuchJob, type Outcome, wrongCron } from './commands'
import { revertTo } from './revert'

/** What a user may do about an update that is under way. */
export type Steering = 'pause' | 'resume' | 'promote'

/** Pauses or resumes the update of a job, or finds its canaries good. What is so already is left as it is. */
export const steer = (
  cluster: Cluster,
  name: string,
  how: Steering,
  reason: string | null,
): E.Either<OrkError, Outcome> => {
  const job = cluster.jobs.get(name)
  if (job === undefined) return E.left(noSuchJob(cluster, name))
  const { update, version } = job
  if (update === null || (update.state !== 'running' && update.state !== 'paused')) return E.left(noUpdate(job))
  const data = { job: name, version, reason }
  const is = { pause: update.state === 'paused', resume: update.state === 'running', promote: update.promoted }
  const draft: Readonly<Record<Steering, Draft>> = {
    pause: { type: 'UpdatePaused', data },
    resume: { type: 'UpdateResumed', data },
    promote: { type: 'UpdatePromoted', data },
  }
  return E.right(is[how] ? nothing(job) : { tag: 'Write', version, decision: { draft: draft[how], expect: job.seq } })
}

const nothing = (job: Job): Outcome => ({ tag: 'Nothing', version: job.version, seq: job.seq })

const noUpdate = ({ name, version, update }: Job): OrkError =>
  orkError('NoUpdate', `${name} is not being updated: it is version ${version}${stood(update?.state)}`, {
    next: `\`ork job ${name}\` shows how it stands; \`ork revert ${name}\` goes back to an earlier version`,
  })

const stood = (state: string | undefined): string => (state === undefined ? '' : `, and its update has ${state}`)

/** Goes back to what an earlier version asked for (`spec`), as the next version of the job. */
export const revert = (
  cluster: Cluster,
  name: string,
  to: number,
  spec: JobSpec,
  reason: string | null,
): E.Either<OrkError, Outcome> => {
  const job = cluster.jobs.get(name)
  if (job === undefined) return E.left(noSuchJob(cluster, name))
  if (changesKind(job, spec)) return E.left(kindChange(job, spec))
  if (job.state === 'running' && sameSpec(job.spec, spec)) return E.right(nothing(job))
  return E.right({ tag: 'Write', version: job.version + 1, decision: revertTo(job, to, spec, reason) })
}

/** Which version a job goes back to when no other is named: the last good one, else the one before. */
export const versionBefore = (job: Job): number | null => {
  const stable = job.stable?.version ?? null
  return stable !== null && stable !== job.version ? stable : (job.history.at(-2)?.version ?? null)
}

/** Changes how many instances of a task are wanted, as the next version of the job; nothing is replaced for it. */
export const scale = (
  cluster: Cluster,
  name: string,
  task: string,
  replicas: number,
  reason: string | null,
): E.Either<OrkError, Outcome> => {
  const job = cluster.jobs.get(name)
  if (job === undefined) return E.left(noSuchJob(cluster, name))
  const { spec, state } = job
  const known = spec.tasks.find((one) => one.name === task)
  if (known === undefined) {
    const next = `there are: ${spec.tasks.map((one) => one.name).join(', ')}`
    return E.left(orkError('NoSuchTask', `${name} has no task "${task}"`, { next }))
  }
  if (state !== 'running') {
    const next = 'submit it again to start it; the file says how many'
    return E.left(orkError('NotRunning', `${name} is ${state}: there is nothing to scale`, { next }))
  }
  if (job.kind === 'system') {
    const next = 'give it `constraints` to have it run on fewer'
    return E.left(orkError('BadScale', `${name} is a system job: one instance runs on each worker`, { next }))
  }
  if (known.replicas === replicas) return E.right(nothing(job))
  if (replicas > 1 && known.ports.some(({ hostPort }) => hostPort !== 0)) {
    const next = 'leave the host port out of the job file, so that each gets a free one'
    return E.left(orkError('BadScale', `${replicas} replicas of ${name}.${task} cannot share its host port`, { next }))
  }
  const scaled = { ...spec, tasks: spec.tasks.map((one) => (one === known ? { ...one, replicas } : one)) }
  const wrong = wrongCron(scaled)
  if (wrong !== null) return E.left(wrong)
  const version = job.version + 1
  const data = { job: name, version, task, replicas, reason, spec: scaled }
  return E.right({ tag: 'Write', version, decision: { draft: { type: 'JobScaled', data }, expect: job.seq } })
}

/** What is to be restarted: a job, one of its tasks, or one instance of that. */
export interface Restart {
  readonly job: string
  readonly task: string | null
  readonly index: number | null
}

/** Has containers of a job replaced by others of the same version, by the update policy of their tasks. */
export const restart = (
  cluster: Cluster,
  { job: name, task, index }: Restart,
  reason: string | null,
): E.Either<OrkError, Outcome> => {
  const job = cluster.jobs.get(name)
  if (job === undefined) return E.left(noSuchJob(cluster, name))
  if (job.state !== 'running') {
    const next = 'submit it again to start it'
    return E.left(orkError('NotRunning', `${name} is ${job.state}: there is nothing to restart`, { next }))
  }
  if (job.kind === 'cron') {
    const next = `\`ork run ${name}\` begins a run, where its \`overlap\` lets it`
    return E.left(orkError('NotRestarted', `${name} is a cron job: its runs end by themselves`, { next }))
  }
  const known = job.spec.tasks.find((one) => one.name === task)
  if (task !== null && known === undefined) {
    const next = `there are: ${job.spec.tasks.map((one) => one.name).join(', ')}`
    return E.left(orkError('NoSuchTask', `${name} has no task "${task}"`, { next }))
  }
  if (index !== null && index >= (job.tasks.get(task ?? '')?.replicas ?? 0)) {
    return E.left(noSuchInstance(`${name}.${task}.${index}`))
  }
  const draft: Draft = { type: 'JobRestartRequested', data: { job: name, task, index, reason } }
  return E.right({ tag: 'Write', version: job.version, decision: { draft, expect: job.seq } })
}

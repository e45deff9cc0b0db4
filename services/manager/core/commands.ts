import * as E from 'fp-ts/Either'
import { type Cluster, type Decision, type Job, jobSeq, lastVersion } from '#libs/cluster'
import type { Draft } from '#libs/events'
import { type OrkError, orkError } from '#libs/kernel'
import { dependencyCycle, type JobKind, type JobSpec, MAX_RUN_REPLICAS, sameSpec, scheduleProblem } from '#libs/spec'

/** What a command comes to: something to write, or nothing because it is so already. Workers have no version: 0. */
export type Outcome =
  | { readonly tag: 'Write'; readonly decision: Decision; readonly version: number }
  | { readonly tag: 'Nothing'; readonly version: number; readonly seq: number }

/** What comes with a job that is submitted. */
export interface Submittal {
  /** The version that the job must be at, 0 where there must be none yet; null: whatever it is. */
  readonly checkVersion: number | null
  readonly reason: string | null
}

const ANYHOW: Submittal = { checkVersion: null, reason: null }

/**
 * Accepts a job as its next version, unless the very same runs already. One of which an instance has failed is accepted
 * again: that is how a user says "try once more". One that is still being stopped starts again as its instances end.
 */
export const submit = (
  cluster: Cluster,
  spec: JobSpec,
  { checkVersion, reason }: Submittal = ANYHOW,
): E.Either<OrkError, Outcome> => {
  const cycle = dependencyCycle(spec.tasks)
  if (cycle !== null) {
    const what = `the tasks of ${spec.name} wait for one another: ${cycle.join(' → ')}`
    return E.left(orkError('DependencyCycle', what, { next: 'take one of these out of `dependsOn`' }))
  }
  const wrong = wrongCron(spec)
  if (wrong !== null) return E.left(wrong)
  const job = cluster.jobs.get(spec.name)
  if (checkVersion !== null && checkVersion !== (job?.version ?? 0))
    return E.left(movedOn(spec.name, job, checkVersion))
  if (job !== undefined && changesKind(job, spec)) return E.left(kindChange(job, spec))
  if (job === undefined)
    return E.right(write(spec, reason, lastVersion(cluster, spec.name) + 1, jobSeq(cluster, spec.name)))
  if (job.state === 'running' && sameSpec(job.spec, spec) && !hasFailed(job)) {
    return E.right({ tag: 'Nothing', version: job.version, seq: job.history.at(-1)?.seq ?? 0 })
  }
  return E.right(write(spec, reason, job.version + 1, job.seq))
}

/** What a job file was checked for; another program may submit what it likes. */
export const wrongCron = ({ name, kind, cron, tasks }: JobSpec): OrkError | null => {
  if ((kind === 'cron') !== (cron !== undefined)) {
    const what = kind === 'cron' ? `${name} is a cron job, and does not say when it runs` : `${name} is no cron job`
    return orkError('BadCron', what, { next: 'a job of `kind: cron` has `cron`, and no other has' })
  }
  const wide = kind === 'cron' ? tasks.find(({ replicas }) => replicas > MAX_RUN_REPLICAS) : undefined
  if (wide !== undefined) {
    const what = `a run of ${name} has at most ${MAX_RUN_REPLICAS} instances of a task, ${wide.name} would have ${wide.replicas}`
    return orkError('BadCron', what, { next: 'split the work among several tasks, or several jobs' })
  }
  const problem = cron === undefined ? null : scheduleProblem(cron)
  return problem === null ? null : orkError('BadCron', problem.what, { where: `cron.${problem.field}` })
}

const movedOn = (name: string, job: Job | undefined, checked: number): OrkError => {
  if (job === undefined) {
    const next = '`ork jobs` lists those that there are; `--check-version 0` is for a job that is new'
    return orkError('MovedOn', `there is no job "${name}", so it is not at version ${checked}`, { next })
  }
  const is = `${name} is at version ${job.version}`
  const what =
    checked === 0 ? `there is a job "${name}" already: ${is}` : `${is}, not ${checked}: nothing was submitted`
  return orkError('MovedOn', what, {
    next: `\`ork history ${name}\` says who changed it; \`ork plan\` shows what yours would`,
  })
}

const hasFailed = (job: Job): boolean => [...job.tasks.values()].some(({ counts }) => counts.failed > 0)

const write = (spec: JobSpec, reason: string | null, version: number, expect: number): Outcome => ({
  tag: 'Write',
  version,
  decision: { draft: { type: 'JobSubmitted', data: { job: spec.name, version, reason, spec } }, expect },
})

/** Gives up a worker that is not heard of. */
export const forget = (cluster: Cluster, name: string, reason: string | null): E.Either<OrkError, Outcome> => {
  const worker = cluster.workers.get(name)
  if (worker === undefined) return E.left(noSuchWorker(cluster, name))
  if (worker.state === 'forgotten') return E.right({ tag: 'Nothing', version: 0, seq: worker.seq })
  if (worker.state === 'ready') {
    return E.left(
      orkError('WorkerThere', `worker ${name} is there: it would go on with what was given up`, {
        next: `stop it first; what it runs is replaced after \`lostAfter\`, or at once by \`ork forget ${name}\``,
      }),
    )
  }
  const decision: Decision = { draft: { type: 'WorkerForgotten', data: { worker: name, reason } }, expect: worker.seq }
  return E.right({ tag: 'Write', version: 0, decision })
}

/** No worker of that name ever registered; some that did are named. */
export const noSuchWorker = ({ workers }: Cluster, name: string): OrkError =>
  orkError('NoSuchWorker', `there is no worker "${name}"`, {
    next: workers.size === 0 ? 'none has joined yet' : `there are: ${[...workers.keys()].slice(0, 10).join(', ')}`,
  })

/** Stops a job, and with `purge` has it forgotten after; one that has ended already is otherwise left as it is. */
export const stop = (
  cluster: Cluster,
  name: string,
  reason: string | null,
  purge: boolean,
): E.Either<OrkError, Outcome> => {
  const job = cluster.jobs.get(name)
  if (job === undefined) return E.left(noSuchJob(cluster, name))
  const isStopped = job.state !== 'running'
  if (isStopped && (job.purge || !purge)) return E.right({ tag: 'Nothing', version: job.version, seq: job.seq })
  const draft: Draft = { type: 'JobStopRequested', data: { job: name, reason, purge } }
  return E.right({ tag: 'Write', version: job.version, decision: { draft, expect: job.seq } })
}

/** The aggregate that takes decisions again, and up to where what could not be read of it is left out of account. */
export type Skipped = Outcome & { readonly aggregate: string; readonly through: number }

/**
 * Has an aggregate take decisions again, without what could not be read of it so far. `sequence`: of the first event
 * that cannot be read, which is its name for operators.
 */
export const skip = (cluster: Cluster, sequence: number, reason: string | null): E.Either<OrkError, Skipped> => {
  for (const [aggregate, held] of cluster.quarantined) {
    if (held.seq !== sequence) continue
    const data = { subject: aggregate, sequence, through: held.last, reason }
    const decision: Decision = { draft: { type: 'QuarantineLifted', data }, expect: cluster.leaders.manager.seq }
    return E.right({ tag: 'Write', version: 0, decision, aggregate, through: held.last })
  }
  return E.left(
    orkError('NotQuarantined', `sequence ${sequence} is not in quarantine`, {
      next: '`ork quarantine list` names what is, each by its first sequence',
    }),
  )
}

export const noSuchJob = (cluster: Cluster, name: string): OrkError => {
  const purged = cluster.purged.get(name)
  if (purged !== undefined) {
    const next = `\`ork history ${name}\` tells of it; a submit makes version ${purged + 1}`
    return orkError('NoSuchJob', `there is no job "${name}" any more: it was purged at version ${purged}`, { next })
  }
  const known = [...cluster.jobs.keys()].slice(0, 10)
  return orkError('NoSuchJob', `there is no job "${name}"`, {
    next: known.length === 0 ? 'no job was ever submitted; try `ork submit FILE`' : `there are: ${known.join(', ')}`,
  })
}

/** The instances of a system job are those of workers, and those of a cron job of its runs, which no others are. */
export const changesKind = ({ kind, state }: Job, spec: JobSpec): boolean =>
  kind !== spec.kind && [kind, spec.kind].some(isApart) && (state === 'running' || state === 'stopping')

const isApart = (kind: JobKind): boolean => kind === 'system' || kind === 'cron'

export const kindChange = ({ name, kind }: Job, spec: JobSpec): OrkError =>
  orkError('KindChange', `${name} is a ${kind} job and cannot become a ${spec.kind} job while it runs`, {
    next: `\`ork stop ${name}\` first, or give the other job a name of its own`,
  })

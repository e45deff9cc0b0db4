import { userInfo } from 'node:os'
import * as E from 'fp-ts/Either'
import type { ExplainReply, SubmitReply } from '#libs/api'
import { describeInstance, describeJob, type Instance, type InstanceSummary, type Job } from '#libs/cluster'
import { formatDuration, type OrkError, OrkFailure, orkError } from '#libs/kernel'
import type { Connection } from '#libs/log'
import type { JobSpec } from '#libs/spec'
import { call } from '../client/call'
import { askScheduler } from '../client/explain'
import { Interrupted } from '../failure'
import { stderr } from '../output'
import { whenNext } from '../render/cron'
import { escapeText, toJson } from '../render/escape'
import { renderExplain } from '../render/job'
import { count } from '../render/sentence'
import type { Show } from './events'
import { type Followed, followJob } from './followJob'
import { judgeStart, stallWatch, type Verdict, wantedOf } from './verdict'

/** Who asks, for the log. */
export const whoAmI = (): string | null => {
  try {
    return userInfo().username
  } catch {
    return null // a user id without a name, as in some containers
  }
}

export interface SubmitOptions extends Show {
  /** Return as soon as the job is accepted. */
  readonly detach: boolean
  /** Go on following while instances fit nowhere. */
  readonly wait: boolean
  readonly actor?: string
  /** Refused unless the job is at this version, 0: unless there is none yet; null: whatever it is at. */
  readonly checkVersion?: number | null
  readonly reason?: string | null
}

/**
 * Submits a job and shows how it comes up, until it runs, has completed, or cannot. Throws OrkFailure when it cannot
 * and Interrupted at Ctrl-C; the job goes on either way.
 */
export const submitJob = async (connection: Connection, spec: JobSpec, options: SubmitOptions): Promise<void> => {
  const begun = performance.now()
  const { actor = whoAmI(), checkVersion = null, reason = null } = options
  const reply = await call(connection, 'submit', { spec, checkVersion, reason, actor })
  if (!options.json) await options.out.write(`${accepted(reply)}\n`)
  await followVersion(connection, reply, options, begun)
}

/**
 * Shows how a version of a job comes up, in the manner of `submitJob`. `begun`: when that was asked for; monotonic
 * milliseconds. `isNew`: the reply's sequence is that of the version itself, not of something asked of it later.
 */
export const followVersion = async (
  connection: Connection,
  reply: SubmitReply,
  options: SubmitOptions,
  begun: number,
  isNew = true,
): Promise<void> => {
  const { json, out, signal } = options
  if (options.detach) {
    if (json) await out.write(`${toJson({ ...reply, result: null })}\n`)
    return
  }
  const from = isNew && reply.version === 1 ? reply.seq : await firstSeq(connection, reply)
  const shownFrom = reply.outcome === 'submitted' ? reply.seq : (await connection.log.lastSeq()) + 1
  const explained: ExplainReply[] = []
  const judge = startJudge(connection, reply.version, options.wait, explained)
  const followed = await followJob({
    connection,
    job: reply.job,
    from,
    shownFrom,
    judge,
    signal,
    ...(json ? {} : { out }),
  })
  await tellEnd(reply, followed, explained, options, performance.now() - begun)
}

const accepted = ({ job, version, seq, outcome }: SubmitReply): string =>
  outcome === 'submitted'
    ? `${escapeText(job)} version ${version} submitted, sequence ${seq}`
    : `${escapeText(job)} is unchanged: it is version ${version}, submitted at sequence ${seq}`

const firstSeq = async (connection: Connection, { job, seq }: SubmitReply): Promise<number> => {
  const { history } = await call(connection, 'job', { job })
  return history[0]?.seq ?? seq
}

/** How often the scheduler is asked about the same pending instances, and how long it may be away. */
const ASK_MS = 400
const SCHEDULER_MS = 5_000

/** What is pending counts as stuck only when the scheduler itself says that no worker will do; its reasons are kept. */
const startJudge = (connection: Connection, version: number, wait: boolean, explained: ExplainReply[]) => {
  let askedAt = Number.NEGATIVE_INFINITY
  let answeredAt = performance.now()
  const watch = stallWatch(performance.now())
  return async (job: Job): Promise<Verdict> => {
    const verdict = judgeStart(job, version)
    if (verdict.tag === 'Going' && !wait) return watch(job, performance.now())
    if (verdict.tag !== 'Pending') return verdict
    if (wait || performance.now() - askedAt < ASK_MS) return { tag: 'Going' }
    askedAt = performance.now()
    const answer = await askScheduler(connection, described(verdict.pending))
    if (E.isLeft(answer)) {
      if (answer.left.tag === 'NoResponders' && performance.now() - answeredAt > SCHEDULER_MS)
        throw new OrkFailure(answer.left)
      return { tag: 'Going' }
    }
    answeredAt = performance.now()
    const isStuck = ({ workers, awaits }: ExplainReply): boolean =>
      awaits === null && workers.every(({ fits }) => !fits)
    const stuck = answer.right.length > 0 && answer.right.every(isStuck)
    if (!stuck) return { tag: 'Going' }
    explained.splice(0, explained.length, ...answer.right)
    return verdict
  }
}

const tellEnd = async (
  reply: SubmitReply,
  { verdict, job }: Followed,
  explained: readonly ExplainReply[],
  { json, out, signal }: SubmitOptions,
  tookMs: number,
): Promise<void> => {
  const name = escapeText(reply.job)
  if (json) {
    const result = verdict.tag === 'Going' ? null : verdict.tag.toLowerCase()
    const instances = described(wantedOf(job))
    await out.write(`${toJson({ ...reply, result, instances, pending: explained })}\n`)
  }
  const say = async (text: string): Promise<void> => (json ? undefined : out.write(`${text}\n`))
  const look = { now: Date.now(), colours: out.colours }
  switch (verdict.tag) {
    case 'Running':
      if (job.kind === 'cron') return say(`${name} version ${reply.version} ${whenNext(describeJob(job), look)}`)
      return say(
        out.colours.green(
          `${name} version ${reply.version} runs: ${count(wantedOf(job).length, 'instance')} (${formatDuration(tookMs)})`,
        ),
      )
    case 'Completed':
      return say(out.colours.green(`${name} version ${reply.version} has completed (${formatDuration(tookMs)})`))
    case 'Pending':
      await say(explained.map((one) => renderExplain(one, look)).join('\n'))
      throw new OrkFailure(
        orkError(
          'JobPending',
          `${reply.job} has ${count(verdict.pending.length, 'instance')} that no worker can take now${alsoFailed(verdict.failed.length)}`,
          {
            next: `it stays submitted and starts as soon as ${whatItWaitsFor(explained)}: \`ork job ${reply.job}\` shows how it stands, \`ork submit --wait\` waits`,
          },
        ),
      )
    case 'Failed':
      throw new OrkFailure(verdict.failed.length > 0 ? failed(reply.job, described(verdict.failed)) : failedWhole(job))
    case 'Stalled':
      throw new OrkFailure(stalled(reply.job, described(verdict.moving), verdict.afterMs))
    case 'UpdateFailed':
      throw new OrkFailure(
        orkError(
          'UpdateFailed',
          `the update of ${reply.job} to version ${reply.version} has failed: ${verdict.reason}`,
          {
            next: verdict.reverts
              ? `it goes back to the last good version: \`ork job ${reply.job}\` shows how it stands`
              : `what was not replaced runs on; \`ork revert ${reply.job}\` goes back, or submit a version that mends it`,
          },
        ),
      )
    case 'Canaries':
      return say(
        out.colours.yellow(
          `${name} version ${reply.version}: its canaries run, the others wait; \`ork promote ${name}\` or \`ork revert ${name}\``,
        ),
      )
    case 'Overtaken':
      throw new OrkFailure(
        orkError('Overtaken', `${reply.job} version ${reply.version}: ${verdict.by}`, {
          next: `\`ork job ${reply.job}\` shows how it stands`,
        }),
      )
    case 'Going':
    case 'Stopped':
      if (!signal.aborted) return
      if (!json) await stderr.write(`no longer watching; the job goes on: \`ork job ${name}\` shows how it stands\n`)
      throw new Interrupted()
  }
}

/** Room, or where every worker lacks the driver, or turned it down, one that has it. */
const whatItWaitsFor = (explained: readonly ExplainReply[]): string => {
  const verdicts = explained.flatMap(({ workers }) => workers)
  if (verdicts.length === 0) return 'there is a worker'
  const all = (filter: string): boolean => verdicts.every((verdict) => !verdict.fits && verdict.filter === filter)
  if (all('rejected')) return 'a worker that has what was lacking is asked again'
  return all('driver') ? 'a worker offers its `driver`' : 'there is room'
}

/** What is followed is one job's part of the log, which does not tell how workers are. */
const described = (instances: readonly Instance[]): readonly InstanceSummary[] =>
  instances.map((instance) => describeInstance(instance))

const alsoFailed = (n: number): string => (n === 0 ? '' : `, and ${n} that failed`)

/** None of its instances has: it was given up as a whole, and they are stopped for it. */
export const failedWhole = (job: Job): OrkError => {
  const why = wantedOf(job).find(({ reason }) => reason !== null)?.reason ?? 'the job has failed'
  const next = `\`ork job ${job.name}\` shows how it stands, \`ork logs ${job.name}\` what it wrote`
  return orkError('JobFailed', `${job.name}: ${why}`, { next })
}

const failed = (job: string, instances: readonly { readonly id: string; readonly reason: string | null }[]) => {
  const shown = instances.slice(0, 5).map(({ id, reason }) => `${id}: ${reason ?? 'failed'}`)
  const more = instances.length > 5 ? `; and ${instances.length - 5} more` : ''
  const first = instances[0]?.id ?? `${job}.TASK.0`
  return orkError(
    'JobFailed',
    `${job} has ${count(instances.length, 'instance')} that failed: ${shown.join('; ')}${more}`,
    {
      next: `\`ork logs ${first}\` shows what it wrote, \`ork task ${first}\` its history; mend the file and submit it again`,
    },
  )
}

const stalled = (
  job: string,
  instances: readonly { readonly id: string; readonly state: string; readonly reason: string | null }[],
  afterMs: number,
) => {
  const shown = instances.slice(0, 5).map(({ id, state, reason }) => `${id}: ${reason ?? state}`)
  const more = instances.length > 5 ? `; and ${instances.length - 5} more` : ''
  const said = `no further instance of ${job} has come up for ${formatDuration(afterMs)}: ${shown.join('; ')}${more}`
  const next = `it goes on trying: \`ork job ${job}\` shows how it stands, \`ork submit --wait\` waits, \`ork stop ${job}\` ends it`
  return orkError('Stalled', said, { next })
}

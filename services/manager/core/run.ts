import * as E from 'fp-ts/Either'
import type { Cluster, Job } from '#libs/cluster'
import { type OrkError, orkError } from '#libs/kernel'
import { noSuchJob, type Outcome } from './commands'
import { fire, nameOf, whyNot } from './cron'

/** What somebody wants a run to be told. */
export interface Wanted {
  readonly params: Readonly<Record<string, string>>
  readonly reason: string | null
}

export type Begun = Outcome & { readonly run: string }

/** Begins a run of a cron job that is not due, named after `wall`, when it was asked for. */
export const run = (
  cluster: Cluster,
  name: string,
  { params, reason }: Wanted,
  wall: number,
): E.Either<OrkError, Begun> => {
  const job = cluster.jobs.get(name)
  if (job === undefined) return E.left(noSuchJob(cluster, name))
  const { cron } = job.spec
  if (job.kind !== 'cron' || cron === undefined) {
    const next = 'make it a job of `kind: cron`, without a schedule if it is to run only when asked'
    return E.left(orkError('NotCron', `${name} is a ${job.kind} job: only a cron job is run`, { next }))
  }
  if (job.state !== 'running') {
    const next = 'submit it again: then its schedule counts, and it can be run'
    return E.left(orkError('NotRunning', `${name} is ${job.state}`, { next }))
  }
  const wrong = wrongParams(job, params)
  if (wrong !== null) return E.left(wrong)
  const id = newName(job, wall)
  const why = whyNot(job, cron)
  const decision = why === null ? fire(job, { id, scheduledAt: null, params, reason }) : null
  if (decision !== null) return E.right({ tag: 'Write', version: job.version, run: id, decision })
  const next = `\`ork job ${name}\` shows its runs; with \`overlap: allow\` they go on beside one another`
  return E.left(orkError('RunUnderWay', `${name}: ${why ?? 'too many runs are being stopped'}`, { next }))
}

/** No two have the same. */
const newName = ({ cron }: Job, wall: number): string => {
  for (let at = wall; ; at += 1) {
    const id = nameOf(at, 'millisecond')
    if (cron?.runs.every((one) => one.id !== id) ?? true) return id
  }
}

const wrongParams = ({ name, spec }: Job, params: Wanted['params']): OrkError | null => {
  const { params: known = {}, requiredParams = [] } = spec.cron ?? {}
  const all = [...requiredParams, ...Object.keys(known)]
  const foreign = Object.keys(params).find((key) => !all.includes(key))
  if (foreign !== undefined) {
    const next = all.length === 0 ? 'it has none; add it to `params`' : `there are: ${all.join(', ')}`
    return orkError('BadParams', `${name} has no parameter ${foreign}`, { next })
  }
  const missing = requiredParams.filter((key) => !Object.hasOwn(params, key))
  if (missing.length === 0) return null
  const next = `for example \`ork run ${name} ${missing.map((key) => `--param ${key}=...`).join(' ')}\``
  return orkError('BadParams', `${name} must be told ${missing.join(', ')}`, { next })
}

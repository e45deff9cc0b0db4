import * as E from 'fp-ts/Either'
import { type Cluster, type Job, versionIn } from '#libs/cluster'
import { type OrkError, orkError } from '#libs/kernel'
import type { Log } from '#libs/log'
import type { JobSpec } from '#libs/spec'
import { noSuchJob, versionBefore } from '../core'

export interface Past {
  readonly version: number
  readonly spec: JobSpec
}

/** An earlier version of a job, read from the log, where all of them stay; the one before when none is named. */
export const pastVersion = async (
  log: Log,
  cluster: Cluster,
  name: string,
  to: number | null,
): Promise<E.Either<OrkError, Past>> => {
  const job = cluster.jobs.get(name)
  if (job === undefined) return E.left(noSuchJob(cluster, name))
  const version = to ?? versionBefore(job)
  if (version === null) return E.left(noSuchVersion(job, `${name} has no version before`))
  const spec = (await specAt(log, job, version)) ?? (await specOf(log, job, version))
  if (spec !== null) return E.right({ version, spec })
  const { firstSeq } = await log.info()
  if (firstSeq === 1 || version > job.version) {
    return E.left(noSuchVersion(job, `${name} has no version ${version} to go back to`))
  }
  const next = `\`ork history ${name} --archive DIR --show ${version}\` prints its file, which can be submitted`
  return E.left(
    orkError('Archived', `version ${version} of ${name} is no longer in the log but in an archive`, { next }),
  )
}

/** Of the versions that the view keeps: one read. */
const specAt = async (log: Log, { history }: Job, version: number): Promise<JobSpec | null> => {
  const seq = history.find((past) => past.version === version)?.seq
  const entry = seq === undefined ? null : await log.at(seq)
  return entry === null ? null : (versionIn(entry, 0)?.spec ?? null)
}

/** Of any version that the log keeps: all that happened to the job is read. */
const specOf = async (log: Log, job: Job, version: number): Promise<JobSpec | null> => {
  const { firstSeq } = await log.info()
  let last = 0
  for await (const entries of log.read({ from: firstSeq, to: job.seq, queries: [{ topic: 'job', job: job.name }] })) {
    for (const entry of entries) {
      const found = versionIn(entry, last)
      if (found?.version === version) return found.spec
      last = found?.version ?? last
    }
  }
  return null
}

const noSuchVersion = (job: Job, what: string): OrkError =>
  orkError('NoSuchVersion', what, {
    next: `its versions are 1 to ${job.version}; \`ork history ${job.name}\` shows how each came`,
  })

import { type JobVersion, versionIn } from '#libs/cluster'
import type { Entry, OrkEvent } from '#libs/events'
import { OrkFailure, orkError } from '#libs/kernel'
import type { Connection } from '#libs/log'
import { inArchive } from './archived'

/** A version of a job, with what the rollout, or the job, came to while it was the current one. */
export interface VersionTold extends JobVersion {
  /** E.g. `running`, `rolled out`, `superseded`, `failed: web.api.0 failed`. */
  outcome: string
}

export interface Versions {
  readonly items: readonly VersionTold[]
  /** Of the log, as far as it is read; 1: nothing is missing. */
  readonly firstSeq: number
}

/** Every version of a job that the log has, oldest first. Throws OrkFailure where there never was such a job. */
export const versionsOf = async ({ log }: Connection, job: string): Promise<Versions> => {
  const { firstSeq, lastSeq, archived } = await log.info()
  const items: VersionTold[] = []
  for await (const entries of log.read({
    from: Math.max(1, firstSeq),
    to: lastSeq,
    queries: [{ topic: 'job', job }],
  })) {
    for (const entry of entries) tell(items, entry)
  }
  if (items.length > 0) return { items, firstSeq }
  if (firstSeq > 1) throw new OrkFailure(inArchive(1, firstSeq, archived))
  throw new OrkFailure(
    orkError('NoSuchJob', `there never was a job "${job}"`, { next: '`ork jobs` lists those there are' }),
  )
}

/** One of them. Throws OrkFailure where it is not there. */
export const versionNumbered = (job: string, { items, firstSeq }: Versions, version: number): VersionTold => {
  const found = items.find((one) => one.version === version)
  if (found !== undefined) return found
  const next = firstSeq > 1 ? 'older ones are in the archive: add --archive DIR' : `\`ork history ${job}\` lists them`
  throw new OrkFailure(orkError('NoSuchVersion', `${job} has no version ${version}`, { next }))
}

/** What a version is at that has come to nothing yet: the next one ends that. */
const UNDER_WAY = ['running', 'rolling out', 'paused', 'stopping']

/** Adds to the versions of a job, oldest first, what the next entry of its history says. */
export const tell = (items: VersionTold[], entry: Entry): void => {
  const current = items.at(-1)
  const found = versionIn(entry, current?.version ?? 0)
  if (found !== null) {
    if (current !== undefined && UNDER_WAY.includes(current.outcome)) current.outcome = 'superseded'
    items.push({ ...found, outcome: 'running' })
  } else if (current !== undefined && entry.event.type !== 'Unreadable') {
    current.outcome = outcomeOf(entry.event, current.version) ?? current.outcome
  }
}

const outcomeOf = (event: OrkEvent, version: number): string | null => {
  if ('version' in event.data && event.data.version !== version) return null
  switch (event.type) {
    case 'UpdateStarted':
    case 'UpdateResumed':
      return 'rolling out'
    case 'UpdatePaused':
      return 'paused'
    case 'UpdateSucceeded':
      return 'rolled out'
    case 'UpdateFailed':
      return `failed: ${event.data.reason}`
    case 'JobCompleted':
      return 'completed'
    case 'JobFailed':
      return 'failed'
    case 'JobStopRequested':
      return 'stopping'
    case 'JobStopped':
      return 'stopped'
    case 'JobPurged':
      return 'purged'
    default:
      return null
  }
}

import { type JobVersion, versionIn } from '#libs/cluster'
import type { OrkEvent } from '#libs/events'
import { OrkFailure, orkError } from '#libs/kernel'
import type { Connection } from '#libs/log'
import { inArchive } from './archived'

/** A version of a job, with what the rollout, or the job, came to while it was the current one. */
export interface VersionTold extends JobVersion {
  /** E.g. `succeeded`, `failed: web.api.0 failed`; null: nothing was told of it. */
  outcome: string | null
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
    for (const entry of entries) {
      const found = versionIn(entry, items.at(-1)?.version ?? 0)
      const current = items.at(-1)
      if (found !== null) items.push({ ...found, outcome: null })
      else if (current !== undefined && entry.event.type !== 'Unreadable') {
        current.outcome = outcomeOf(entry.event, current.version) ?? current.outcome
      }
    }
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

const outcomeOf = (event: OrkEvent, version: number): string | null => {
  if ('version' in event.data && event.data.version !== version) return null
  switch (event.type) {
    case 'UpdateSucceeded':
      return 'rolled out'
    case 'UpdateFailed':
      return `failed: ${event.data.reason}`
    case 'JobCompleted':
      return 'completed'
    case 'JobFailed':
      return 'failed'
    case 'JobStopped':
      return 'stopped'
    case 'JobPurged':
      return 'purged'
    default:
      return null
  }
}

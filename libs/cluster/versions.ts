import type { Entry, EventOf } from '#libs/events'
import type { JobSpec } from '#libs/spec'

/** A version of a job as the log has it, where each stays; `Job.history` keeps the latest. */
export interface JobVersion {
  readonly version: number
  readonly seq: number
  /** RFC 3339. */
  readonly time: string
  /** Who asked for it; null: nobody, or they did not say. */
  readonly actor: string | null
  /** Why, in their words; of one that came by itself, in the manager's. */
  readonly reason: string | null
  /** What was asked for: `submitted`, `api x5`, `version 3 again`. */
  readonly what: string
  readonly spec: JobSpec
}

/** The version that an entry brings; null where it brings none, or one that is not after `last`, which the fold ignores. */
export const versionIn = ({ seq, event }: Entry, last: number): JobVersion | null => {
  if (event.type !== 'JobSubmitted' && event.type !== 'JobScaled' && event.type !== 'JobReverted') return null
  const { version, spec, reason } = event.data
  if (version <= last) return null
  return { version, seq, time: event.time, actor: event.actor ?? null, reason, what: whatOf(event), spec }
}

const whatOf = (event: EventOf<'JobSubmitted' | 'JobScaled' | 'JobReverted'>): string => {
  switch (event.type) {
    case 'JobSubmitted':
      return 'submitted'
    case 'JobScaled':
      return `${event.data.task} x${event.data.replicas}`
    case 'JobReverted':
      return `version ${event.data.to} again`
  }
}

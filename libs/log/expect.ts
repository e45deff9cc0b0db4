import { type OrkError, orkError } from '#libs/kernel'
import type { Append } from './port'

/**
 * What the servers are to be told that they hold last of an aggregate: nothing, where all that the writer knows of it is
 * archived and the writer has folded everything that is. A writer that has not may have missed something there, and
 * keeps the expectation that no log holds any more.
 */
export const pastArchive = ({ expect, asOf = 0 }: Append, firstSeq: number): number | undefined =>
  expect !== undefined && expect < firstSeq && asOf >= firstSeq - 1 ? 0 : expect

/** Why who has folded the log up to before `next` cannot go on where it begins at `begins`. */
export const archivedMeanwhile = (next: number, begins: number): OrkError =>
  orkError('LogArchived', `events ${next} to ${begins - 1} are no longer in the log: they were archived meanwhile`, {
    next: 'what has not folded them starts again, from a snapshot',
  })

import type { Append } from './port'

/**
 * What the servers are to be told that they hold last of an aggregate: nothing, where all that the writer knows of it is
 * archived and the writer has folded everything that is. A writer that has not may have missed something there, and
 * keeps the expectation that no log holds any more.
 */
export const pastArchive = ({ expect, asOf = 0 }: Append, firstSeq: number): number | undefined =>
  expect !== undefined && expect < firstSeq && asOf >= firstSeq - 1 ? 0 : expect

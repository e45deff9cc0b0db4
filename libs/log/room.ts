import { formatBytes, type OrkError, orkError } from '#libs/kernel'
import type { LogInfo } from './port'

/** The part of a limited log that is kept for facts: what has happened is told, though nothing more is begun. */
const RESERVE = 0.1

/** Bytes up to which commands and decisions are written; the rest of the limit is for facts. */
export const usableBytes = (maxBytes: number): number => Math.floor(maxBytes * (1 - RESERVE))

/** Why nothing more is begun: the log has come to its reserve. Null: there is room, or no limit. */
export const reserveReached = ({ stream, bytes, maxBytes }: LogInfo): OrkError | null =>
  maxBytes === null || bytes <= usableBytes(maxBytes)
    ? null
    : orkError(
        'LogFull',
        `the log holds ${formatBytes(bytes)} of at most ${formatBytes(maxBytes)}: the rest is kept for what containers report`,
        { where: `stream ${stream}`, next: MORE_ROOM },
      )

/** What the log answers once not even the reserve has room. */
export const noRoomAtAll = (where: string): OrkError =>
  orkError('LogFull', 'the log has reached its limit and takes nothing at all', { where, next: MORE_ROOM })

const MORE_ROOM = 'raise the limit with `ork cluster limit-log SIZE`, or move the past into files with `ork archive`'

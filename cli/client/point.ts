import * as E from 'fp-ts/Either'
import * as O from 'fp-ts/Option'
import { type OrkError, orkError, parseDuration } from '#libs/kernel'
import type { Log } from '#libs/log'

/** A place in the log as a user names it: by sequence, or by time in milliseconds since 1970. */
export type Point = { readonly seq: number } | { readonly time: number }

const RFC3339 = /^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?([Zz]|[+-]\d{2}:\d{2})$/
const ZONELESS = /^\d{4}-\d{2}-\d{2}([Tt ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?)?$/

/** Reads `4711`, `2026-01-31T12:00:00+01:00` or `15m` (ago). `flag` is only for the error. */
export const parsePoint = (text: string, now: number, flag: string): E.Either<OrkError, Point> => {
  if (/^\d{1,15}$/.test(text)) return E.right({ seq: Number(text) })
  if (RFC3339.test(text)) {
    const time = Date.parse(text.replace(' ', 'T').toUpperCase())
    return Number.isNaN(time) ? bad(text, flag, 'there is no such date') : E.right({ time })
  }
  if (ZONELESS.test(text)) return bad(text, flag, 'a time needs its zone: end it with Z for UTC, or e.g. +02:00')
  const ago = parseDuration(text.replace(/\s+ago$/, ''))
  if (O.isSome(ago)) return E.right({ time: now - ago.value })
  return bad(text, flag, 'give a sequence (4711), a time with its zone (2026-01-31T12:00:00Z) or how long ago (1h30m)')
}

const bad = (text: string, flag: string, next: string): E.Either<OrkError, never> =>
  E.left(orkError('BadPoint', `"${text}" is no place in the log`, { where: flag, next }))

/** The first sequence at or after a point. */
export const firstSeqOf = async (log: Log, point: Point): Promise<number> =>
  Math.max(1, 'seq' in point ? point.seq : await log.seqAt(point.time))

/** The last sequence at or before a point; 0 when there is none. */
export const lastSeqOf = async (log: Log, point: Point): Promise<number> =>
  'seq' in point ? Math.min(point.seq, await log.lastSeq()) : (await log.seqAt(point.time + 1)) - 1

import * as O from 'fp-ts/Option'
import { formatBytes, orkError, parseBytes } from '#libs/kernel'
import { type Connection, usableBytes } from '#libs/log'
import { UsageFailure } from '../failure'
import type { Output } from '../output'
import { toJson } from '../render/escape'

/** `20GiB` in bytes, `none` as null. Throws UsageFailure. */
export const parseLimit = (text: string): number | null => {
  if (text === 'none') return null
  const bytes = parseBytes(text)
  if (O.isSome(bytes) && bytes.value > 0) return bytes.value
  throw new UsageFailure(orkError('BadSize', `"${text}" is no size`, { next: 'write it with its unit, e.g. 20GiB' }))
}

/** Changes the limit and says what it means. Throws OrkFailure. */
export const limitLog = async (
  { log }: Connection,
  maxBytes: number | null,
  { json, out }: { readonly json: boolean; readonly out: Output },
): Promise<void> => {
  await log.limit(maxBytes)
  const { bytes } = await log.info()
  if (json) return out.write(`${toJson({ bytes, maxBytes })}\n`)
  const rest = maxBytes === null ? 'as the disk' : `as ${formatBytes(maxBytes)}`
  const jobs = maxBytes === null ? '' : `; jobs are taken up to ${formatBytes(usableBytes(maxBytes))}`
  await out.write(`the log takes ${formatBytes(bytes)} and may grow as large ${rest}${jobs}\n`)
}

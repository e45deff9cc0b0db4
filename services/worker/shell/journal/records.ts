import { createHash } from 'node:crypto'

/** What could not be read of a file: where it begins, how long it is, and whether it is just its unfinished end. */
export interface Damage {
  readonly offset: number
  readonly bytes: number
  readonly torn: boolean
}

export interface ReadRecords {
  readonly records: readonly unknown[]
  readonly damages: readonly Damage[]
  /** Up to where the file ends with a whole record; what comes after is to be cut off. */
  readonly end: number
}

const SUM_LENGTH = 16
const LINE_FEED = 10

const sumOf = (json: string): string => createHash('sha256').update(json).digest('hex').slice(0, SUM_LENGTH)

/** One line: a checksum, a blank, JSON. JSON has no line feed in it, so after any damage the next line can be read. */
export const writeRecord = (value: unknown): string => {
  const json = JSON.stringify(value)
  return `${sumOf(json)} ${json}\n`
}

/**
 * Every whole record of a file, in order. A line whose checksum is wrong is left out and told of, also what follows
 * the last line feed: a record whose writing was cut short.
 */
export const readRecords = (bytes: Buffer): ReadRecords => {
  const records: unknown[] = []
  const damages: Damage[] = []
  let end = 0
  for (let offset = 0; offset < bytes.length; ) {
    const feed = bytes.indexOf(LINE_FEED, offset)
    const next = feed < 0 ? bytes.length : feed + 1
    const record = feed < 0 ? undefined : readLine(bytes.toString('utf8', offset, feed))
    if (record === undefined) damages.push({ offset, bytes: next - offset, torn: next === bytes.length })
    else {
      records.push(record.value)
      end = next
    }
    offset = next
  }
  return { records, damages, end }
}

const readLine = (line: string): { readonly value: unknown } | undefined => {
  const json = line.slice(SUM_LENGTH + 1)
  if (line[SUM_LENGTH] !== ' ' || line.slice(0, SUM_LENGTH) !== sumOf(json)) return undefined
  return { value: JSON.parse(json) as unknown }
}

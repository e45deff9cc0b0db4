import * as E from 'fp-ts/Either'
import * as O from 'fp-ts/Option'
import { BYTE_UNITS, DURATION_UNITS, formatBytes, formatDuration, parseBytes, parseDuration } from '#libs/kernel'
import { mismatch, nearest, plain, refuse, Shape } from '../shapes'

interface Range {
  readonly min: number
  readonly max: number
}

interface Unit {
  readonly expected: string
  readonly parse: (text: string) => O.Option<number>
  /** Exact, so that `parse` gives the number back. */
  readonly format: (value: number) => string
  readonly units: readonly string[]
  /** What no text that `parse` takes is without, for editors. */
  readonly pattern: string
}

/** Text of a number and a unit to a whole number within a range. */
const measured = (unit: Unit, range: Range): Shape<number> => {
  const is = (value: unknown): value is number =>
    Number.isSafeInteger(value) && Number(value) >= range.min && Number(value) <= range.max
  return new Shape<number>(
    { form: 'text', expected: unit.expected, pattern: unit.pattern },
    is,
    (input, context) => {
      const value = plain(input)
      const parsed = typeof value === 'string' && value.length <= 64 ? unit.parse(value) : O.none
      if (O.isSome(parsed) && is(parsed.value)) return E.right(parsed.value)
      const hint = O.isSome(parsed) ? undefined : unitHint(unit, value)
      return refuse(input, context, mismatch(unit.expected, input), hint)
    },
    (value) => unit.format(value),
  )
}

const unitHint = ({ units }: Unit, value: unknown): string => {
  if (typeof value === 'number') return `a number alone has no unit; units are ${units.join(', ')}`
  const word = typeof value === 'string' ? /^[\d.]+\s*([A-Za-z]+)$/.exec(value)?.[1] : undefined
  const known = word === undefined || units.includes(word) ? undefined : meant(word, units)
  return known === undefined ? `units are ${units.join(', ')}` : `did you mean ${known}? units are ${units.join(', ')}`
}

/** Docker's and Kubernetes' one-letter units, and slips. */
const meant = (word: string, units: readonly string[]): string | undefined => {
  const letter = word.replace(/i$/, '').toUpperCase()
  return units.find((unit) => unit === `${letter}iB`) ?? nearest(word, units)
}

const largestDivisor = (value: number, units: readonly (readonly [string, number])[]): string => {
  const [name, size] = units.find(([, each]) => value >= each && value % each === 0) ?? units.at(-1) ?? ['', 1]
  return `${value / size}${name}`
}

const BYTES: readonly (readonly [string, number])[] = [
  ['TiB', 2 ** 40],
  ['GiB', 2 ** 30],
  ['MiB', 2 ** 20],
  ['KiB', 2 ** 10],
  ['B', 1],
]

const DURATIONS: readonly (readonly [string, number])[] = [
  ['d', 86400e3],
  ['h', 3600e3],
  ['m', 60e3],
  ['s', 1e3],
  ['ms', 1],
]

/** `512MiB`, `1.5GB` to bytes. */
export const bytes = (range: Range): Shape<number> =>
  measured(
    {
      expected: `a size such as 512MiB, from ${formatBytes(range.min)} to ${formatBytes(range.max)}`,
      parse: parseBytes,
      format: (value) => largestDivisor(value, BYTES),
      units: BYTE_UNITS,
      pattern: `^\\d+(\\.\\d+)?\\s*(${BYTE_UNITS.join('|')})$`,
    },
    range,
  )

/** `250ms`, `1h30m` to milliseconds. */
export const duration = (range: Range): Shape<number> =>
  measured(
    {
      expected: `a duration such as 10s, from ${formatDuration(range.min)} to ${formatDuration(range.max)}`,
      parse: parseDuration,
      format: (value) => largestDivisor(value, DURATIONS),
      units: DURATION_UNITS,
      pattern: `^(\\d+(\\.\\d+)?(${DURATION_UNITS.join('|')}))+$`,
    },
    range,
  )

/** `0.5`, `"0.5"` or `500m` to thousandths of a core; finer shares are refused, not rounded. */
export const cores = (range: Range): Shape<number> => {
  const expected = `cores such as 0.5 or 500m, from ${range.min / 1000} to ${range.max / 1000} in steps of 0.001`
  const is = (value: unknown): value is number =>
    Number.isSafeInteger(value) && Number(value) >= range.min && Number(value) <= range.max
  return new Shape<number>(
    { form: 'scalar', expected },
    is,
    (input, context) => {
      const milli = toMilli(plain(input))
      return is(milli) ? E.right(milli) : refuse(input, context, mismatch(expected, input))
    },
    (value) => value / 1000,
  )
}

const toMilli = (value: unknown): number | undefined => {
  if (typeof value === 'string') {
    if (/^\d{1,9}m$/.test(value)) return Number(value.slice(0, -1))
    return /^\d{1,9}(\.\d{1,9})?$/.test(value) ? toMilli(Number(value)) : undefined
  }
  if (typeof value !== 'number') return undefined
  const milli = Math.round(value * 1000)
  return Math.abs(value * 1000 - milli) < 1e-6 ? milli : undefined
}

import * as E from 'fp-ts/Either'
import type * as t from 'io-ts'
import type { About } from './about'
import { nearest } from './nearest'
import { found, mismatch, plain, refuse, Shape, Written } from './shape'

interface Bounds {
  readonly min: number
  readonly max: number
}

const numeric = (what: string, whole: boolean, { min, max }: Bounds): Shape<number> => {
  const expected = `${what} from ${min} to ${max}`
  const is = (value: unknown): value is number =>
    typeof value === 'number' && value >= min && value <= max && (!whole || Number.isSafeInteger(value))
  return new Shape<number>(
    { form: 'number', expected, whole, min, max },
    is,
    (input, context) => {
      const value = plain(input)
      if (is(value)) return E.right(value)
      const quoted = typeof value === 'string' && value !== '' && is(Number(value))
      return refuse(input, context, mismatch(expected, input), quoted ? `write ${value} without quotes` : undefined)
    },
    (value) => value,
  )
}

/** A whole number within bounds; NaN, infinities and fractions are refused. */
export const integer = (bounds: Bounds): Shape<number> => numeric('a whole number', true, bounds)

/** A finite number within bounds. */
export const decimal = (bounds: Bounds): Shape<number> => numeric('a number', false, bounds)

/** Yes or no, as `true` and `false`. */
export const flag: Shape<boolean> = new Shape<boolean>(
  { form: 'flag', expected: 'true or false' },
  (value): value is boolean => typeof value === 'boolean',
  (input, context) => {
    const value = plain(input)
    if (typeof value === 'boolean') return E.right(value)
    const meant = typeof value === 'string' ? /^(yes|on|true)$|^(no|off|false)$/i.exec(value) : null
    const hint = meant === null ? undefined : `write ${meant[1] === undefined ? 'false' : 'true'}`
    return refuse(input, context, mismatch('true or false', input), hint)
  },
  (value) => value,
)

/** One of a few words; a near miss gets the word that was meant. */
export const oneOf = <A extends string>(values: readonly A[]): Shape<A> => {
  const known = new Set<unknown>(values)
  const expected = values.length === 1 ? `"${values[0]}"` : `one of ${values.join(', ')}`
  const is = (value: unknown): value is A => known.has(value)
  return new Shape<A>(
    { form: 'choice', expected, values },
    is,
    (value, context) => {
      if (is(value)) return E.right(value)
      const guess = typeof value === 'string' ? nearest(value, values) : undefined
      return refuse(value, context, mismatch(expected, value), guess && `did you mean \`${guess}\`?`)
    },
    (value) => value,
  )
}

/** Text that matches a pattern. */
export const matching = (expected: string, pattern: RegExp): Shape<string> => {
  const is = (value: unknown): value is string => typeof value === 'string' && pattern.test(value)
  return new Shape<string>(
    { form: 'text', expected, pattern: pattern.source },
    is,
    (value, context) => (is(value) ? E.right(value) : refuse(value, context, mismatch(expected, value))),
    (value) => value,
  )
}

/** What a process can be given as an argument or a value: no NUL, and only whole Unicode characters. */
const isProcessText = (value: unknown): value is string =>
  typeof value === 'string' && !value.includes('\0') && !/\p{Surrogate}/u.test(value)

/** Text for a process: any characters, line breaks too, but for NUL. */
export const processText: Shape<string> = new Shape<string>(
  { form: 'text', expected: 'text' },
  isProcessText,
  (value, context) => {
    if (isProcessText(value)) return E.right(value)
    return typeof value === 'string'
      ? refuse(value, context, `expected text without NUL and half characters, found ${found(value)}`)
      : refuse(value, context, mismatch('text', value), value === null ? 'write "" for an empty text' : undefined)
  },
  (value) => value,
)

/** The same where people write it: a number or a boolean is taken as it stands there (`1.10` stays `1.10`). */
export const writtenText: Shape<string> = new Shape<string>(
  { form: 'scalar', expected: 'text' },
  isProcessText,
  (input, context) => {
    if (input instanceof Written) return E.right(input.text)
    if (typeof input === 'number' || typeof input === 'boolean') return E.right(String(input))
    return processText.validate(input, context)
  },
  (value) => value,
)

/** `shape`, or null written as the given word. */
export const orNull = <A>(shape: Shape<A>, word: string): Shape<A | null> => {
  const expected = `${shape.about.expected} or ${word}`
  const about: About = {
    form: 'either',
    expected,
    of: [shape.about, { form: 'choice', expected: word, values: [word] }],
  }
  return new Shape<A | null>(
    about,
    (value): value is A | null => value === null || shape.is(value),
    (value, context) => {
      if (value === word) return E.right(null)
      const result = shape.validate(value, context)
      return E.isLeft(result) ? refuse(value, context, mismatch(expected, value)) : result
    },
    (value) => (value === null ? word : shape.encode(value)),
  )
}

/** `shape`, or null. */
export const nullable = <A>(shape: Shape<A>): Shape<A | null> => {
  const decode = (value: unknown, context: t.Context): t.Validation<A | null> =>
    value === null ? E.right(null) : shape.validate(value, context)
  return new Shape<A | null>(
    { form: 'either', expected: `${shape.about.expected} or null`, of: [shape.about] },
    (value): value is A | null => value === null || shape.is(value),
    decode,
    (value) => (value === null ? null : shape.encode(value)),
  )
}

/** A number, or a text. */
export const orElse = (number: Shape<number>, text: Shape<string>): Shape<number | string> =>
  new Shape<number | string>(
    { form: 'either', expected: `${number.about.expected}, or ${text.about.expected}`, of: [number.about, text.about] },
    (value): value is number | string => number.is(value) || text.is(value),
    (value, context) => (typeof value === 'string' ? text : number).validate(value, context),
    (value) => value,
  )

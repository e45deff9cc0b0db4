import * as E from 'fp-ts/Either'
import * as t from 'io-ts'
import type { About } from './about'

/** An io-ts codec that also knows, as data, what it accepts. `A` is the canonical value, the input is anything. */
export class Shape<A> extends t.Type<A, unknown, unknown> {
  constructor(
    readonly about: About,
    is: (value: unknown) => value is A,
    validate: t.Validate<unknown, A>,
    encode: (value: A) => unknown,
  ) {
    super(about.expected, is, validate, encode)
  }
}

/** Why a value was refused; io-ts's error with what to do about it and whether the field's name is what is wrong. */
export class Problem implements t.ValidationError {
  constructor(
    readonly value: unknown,
    readonly context: t.Context,
    readonly message: string,
    readonly next?: string,
    readonly at: 'key' | 'value' = 'value',
  ) {}
}

export const refuse = (
  value: unknown,
  context: t.Context,
  message: string,
  next?: string,
): E.Either<Problem[], never> => E.left([new Problem(value, context, message, next)])

/**
 * A value whose text in the file says more than its value does, as `1.10`, `0x1F` or `True`: where text is wanted,
 * the user gets what they wrote.
 */
export class Written {
  constructor(
    readonly value: number | boolean,
    readonly text: string,
  ) {}
}

/** The plain value behind a `Written`, or the value itself. */
export const plain = (value: unknown): unknown => (value instanceof Written ? value.value : value)

export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Written)

/** A short picture of a refused value for an error line. */
export const found = (value: unknown): string => {
  if (value === undefined || value === null) return 'nothing'
  if (value instanceof Written) return value.text
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list'
  if (typeof value === 'object') return 'a map'
  if (typeof value !== 'string') return String(value)
  return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value)
}

/** The one sentence for a value of the wrong kind. */
export const mismatch = (expected: string, value: unknown): string => `expected ${expected}, found ${found(value)}`

import * as E from 'fp-ts/Either'
import * as t from 'io-ts'
import type { About, Field, FieldAbout, NamedField, Presence } from './about'
import { nearest } from './nearest'
import { isRecord, mismatch, Problem, refuse, Shape } from './shape'

interface FieldOf<A, P extends Presence> extends FieldAbout {
  readonly presence: P
  readonly shape: Shape<A>
  readonly value?: A
}

/** For each key of `A` its field: optional where `A` says so, else required or with a default. */
export type FieldsOf<A> = {
  readonly [K in keyof A]-?: object extends Pick<A, K>
    ? FieldOf<Exclude<A[K], undefined>, 'optional'>
    : FieldOf<A[K], 'required'> | FieldOf<A[K], 'defaulted'>
}

/** A field that must be there. */
export const required = <A>(shape: Shape<A>, about: FieldAbout = {}): FieldOf<A, 'required'> => ({
  ...about,
  presence: 'required',
  shape,
})

/** A field that may be left out, and is absent then. */
export const optional = <A>(shape: Shape<A>, about: FieldAbout = {}): FieldOf<A, 'optional'> => ({
  ...about,
  presence: 'optional',
  shape,
})

/** A field that may be left out; `value` is canonical, not as a user would write it. */
export const defaulted = <A>(shape: Shape<A>, value: A, about: FieldAbout = {}): FieldOf<A, 'defaulted'> => ({
  ...about,
  presence: 'defaulted',
  shape,
  value,
})

/**
 * An object with exactly these fields: every unknown one is a problem (io-ts's `exact` would drop it silently), and
 * the problems of all fields are reported together. `hint` says what to do about a value that is no object.
 */
export const struct = <A extends object>(
  expected: string,
  fields: FieldsOf<A>,
  hint?: (value: unknown) => string | undefined,
): Shape<A> => {
  const list: readonly NamedField[] = Object.entries<Field>(fields as Readonly<Record<string, Field>>).map(
    ([name, field]) => ({ ...field, name, key: field.key ?? name }),
  )
  return new Shape<A>(
    { form: 'struct', expected, fields: list },
    (value): value is A => isStruct(list, value),
    (value, context) =>
      isRecord(value)
        ? validateStruct<A>(list, value, context)
        : refuse(value, context, mismatch(expected, value), hint?.(value)),
    (value) => encodeStruct(list, value as Readonly<Record<string, unknown>>),
  )
}

const isStruct = (list: readonly NamedField[], value: unknown): boolean => {
  if (!isRecord(value)) return false
  let known = 0
  for (const field of list) {
    const part = value[field.name]
    if (part === undefined) {
      if (field.presence !== 'optional') return false
    } else {
      if (!field.shape.is(part)) return false
      known += 1
    }
  }
  return Object.keys(value).length === known
}

const validateStruct = <A>(
  list: readonly NamedField[],
  input: Readonly<Record<string, unknown>>,
  context: t.Context,
): t.Validation<A> => {
  const problems: t.ValidationError[] = unknownFields(list, input, context)
  const out: Record<string, unknown> = {}
  for (const field of list) {
    const part = Object.hasOwn(input, field.key) ? input[field.key] : undefined
    const inner = t.appendContext(context, field.key, field.shape, part)
    if (part === undefined) {
      if (field.presence === 'defaulted') out[field.name] = field.value
      if (field.presence === 'required') problems.push(missing(field, inner))
      continue
    }
    const result = field.shape.validate(part, inner)
    if (E.isLeft(result)) problems.push(...result.left)
    else out[field.name] = result.right
  }
  return problems.length > 0 ? E.left(problems) : E.right(out as A)
}

const missing = (field: NamedField, context: t.Context): Problem =>
  new Problem(
    undefined,
    context,
    `\`${field.key}\` is missing, expected ${field.shape.name}`,
    field.example === undefined ? undefined : `for example \`${field.key}: ${JSON.stringify(field.example)}\``,
  )

const unknownFields = (
  list: readonly NamedField[],
  input: Readonly<Record<string, unknown>>,
  context: t.Context,
): Problem[] => {
  const known = new Set(list.map((field) => field.key))
  return Object.keys(input)
    .filter((key) => !known.has(key))
    .map((key) => {
      const guess = meant(list, key)
      const inside = guess === undefined ? insideOf(list, key) : undefined
      const all = `fields here: ${[...known].join(', ')}`
      const hint = guess === undefined ? inside : `did you mean \`${guess}\`?`
      const next = hint === undefined ? all : `${hint} ${all}`
      const inner = t.appendContext(context, key, t.never, input[key])
      return new Problem(input[key], inner, `unknown field ${JSON.stringify(key)}`, next, 'key')
    })
}

/** The field that was probably meant: by a word of other tools, or by a typing slip in its name or in such a word. */
const meant = (list: readonly NamedField[], key: string): string | undefined => {
  const words = [key.toLowerCase(), nearest(key, list.map((field) => field.key).concat(list.flatMap(synonymsOf)))]
  return words
    .map((word) => list.find((field) => field.key === word || (word && synonymsOf(field).includes(word)))?.key)
    .find((found) => found !== undefined)
}

const synonymsOf = ({ synonyms }: NamedField): readonly string[] => synonyms ?? []

/** Where a field belongs that stands a level too high, e.g. `replicas` of a task beside `tasks`. */
const insideOf = (list: readonly NamedField[], key: string): string | undefined => {
  for (const { key: outer, shape } of list) {
    if (!(shape instanceof Shape)) continue
    const about: About = shape.about
    const inner = about.form === 'list' ? about.item : about
    const guess = inner.form === 'struct' ? meant(inner.fields, key) : undefined
    if (guess !== undefined) return `\`${guess}\` belongs into \`${outer}${about.form === 'list' ? '[0]' : ''}\`;`
  }
  return undefined
}

const encodeStruct = (list: readonly NamedField[], value: Readonly<Record<string, unknown>>): unknown => {
  const out: Record<string, unknown> = {}
  for (const field of list) {
    const part = value[field.name]
    const isNothing = field.presence === 'defaulted' && isEmpty(field.value) && isEmpty(part)
    if (part !== undefined && !isNothing) out[field.key] = field.shape.encode(part)
  }
  return out
}

/** Of a default that is nothing, such as no variables, nothing is written. */
const isEmpty = (value: unknown): boolean =>
  Array.isArray(value) ? value.length === 0 : isRecord(value) && Object.keys(value).length === 0

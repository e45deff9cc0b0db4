import * as E from 'fp-ts/Either'
import * as t from 'io-ts'
import { Problem, Shape } from './shape'

/** A rule between fields that was broken: where below the value, what is wrong, what to do. */
export interface Finding {
  readonly at: readonly (string | number)[]
  readonly what: string
  readonly next?: string
}

/** `shape`, and rules that look at several of its fields; they are asked once each field alone is right. */
export const refined = <A>(shape: Shape<A>, rules: (value: A) => readonly Finding[]): Shape<A> =>
  new Shape<A>(
    shape.about,
    (value): value is A => shape.is(value) && rules(value).length === 0,
    (input, context) => {
      const result = shape.validate(input, context)
      if (E.isLeft(result)) return result
      const findings = rules(result.right)
      if (findings.length === 0) return result
      return E.left(findings.map(({ at, what, next }) => new Problem(result.right, below(context, at), what, next)))
    },
    (value) => shape.encode(value),
  )

const below = (context: t.Context, at: Finding['at']): t.Context =>
  at.reduce<t.Context>((outer, key) => t.appendContext(outer, String(key), t.unknown), context)

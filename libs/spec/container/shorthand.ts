import * as E from 'fp-ts/Either'
import { isRecord, mismatch, plain, refuse, Shape } from '../shapes'

/** `long`, or a text that means one. Left of `parse`: what is wrong with the text. */
export const shorthand = <A>(
  expected: string,
  long: Shape<A>,
  example: string,
  parse: (text: string) => E.Either<string, unknown>,
): Shape<A> =>
  new Shape<A>(
    { form: 'either', expected, of: [{ form: 'scalar', expected: example }, long.about] },
    long.is,
    (input, context) => {
      if (isRecord(input)) return long.validate(input, context)
      const value = plain(input)
      if (typeof value !== 'string' && typeof value !== 'number') {
        return refuse(input, context, mismatch(expected, input))
      }
      const meant = parse(String(value))
      return E.isLeft(meant)
        ? refuse(input, context, mismatch(expected, input), meant.left)
        : long.validate(meant.right, context)
    },
    (value) => long.encode(value),
  )

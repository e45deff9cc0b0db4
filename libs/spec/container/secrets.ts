import * as E from 'fp-ts/Either'
import type { SecretSpec } from '../model'
import { defaulted, list, matching, optional, refined, required, Shape, struct } from '../shapes'
import { shorthand } from './shorthand'

/** Also the name of a file. */
export const secretName = matching(
  'the name of a secret, of letters, digits, "_", "." and "-"',
  /^[A-Za-z0-9][A-Za-z0-9_.-]{0,127}$/,
)

type Written = Omit<SecretSpec, 'file'> & { readonly file?: string }

const written = struct<Written>('a secret', {
  name: required(secretName, {
    doc: 'Name of the secret in the store of the worker.',
    example: 'db-password',
    synonyms: ['source', 'secret'],
  }),
  file: optional(secretName, {
    doc: 'Name of the file in /run/secrets.',
    example: 'password',
    otherwise: 'the name of the secret',
    synonyms: ['target'],
  }),
  mode: defaulted(matching('permissions as a text such as "0400"', /^0[0-7]{3}$/), '0444', {
    doc: 'Permissions of the file.',
    example: '0400',
  }),
})

const secret = shorthand<Written>('the name of a secret, or a map with `name`', written, 'db-password', (text) =>
  E.right({ name: text }),
)

const complete = ({ name, file = name, mode }: Written): SecretSpec => ({ name, file, mode })

const item: Shape<SecretSpec> = new Shape<SecretSpec>(
  secret.about,
  (value): value is SecretSpec => written.is(value) && value.file !== undefined,
  (value, context) => {
    const result = secret.validate(value, context)
    return E.isLeft(result) ? result : E.right(complete(result.right))
  },
  (value) => written.encode(value),
)

/** By name or in long form; no two with the same file. */
export const secretsShape: Shape<readonly SecretSpec[]> = refined(
  list('a list of secrets', item, { min: 1, max: 64, hint: () => 'write a list: `secrets: [db-password]`' }),
  (secrets) =>
    secrets.flatMap(({ file }, index) => {
      const before = secrets.findIndex((other) => other.file === file)
      const what = `the file "${file}" is item [${before}] already`
      return before === index ? [] : [{ at: [index], what, next: 'set another `file`' }]
    }),
)

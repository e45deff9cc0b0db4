import * as t from 'io-ts'
import { Count, Integer, Name } from '#libs/kernel'
import { JobSpecCodec } from '#libs/spec'

/** What a codec of the vocabulary accepts, as data: documents, schemas and arbitrary values are made from it. */
export type Form =
  | { readonly form: 'struct'; readonly fields: readonly (readonly [name: string, form: Form])[] }
  | { readonly form: 'list'; readonly item: Form }
  | { readonly form: 'map'; readonly value: Form }
  | { readonly form: 'nullable'; readonly of: Form }
  | { readonly form: 'choice'; readonly values: readonly string[] }
  | { readonly form: 'name' | 'count' | 'integer' | 'text' | 'boolean' | 'job' }

const NAMED: ReadonlyMap<t.Mixed, Form> = new Map<t.Mixed, Form>([
  [Name, { form: 'name' }],
  [Count, { form: 'count' }],
  [Integer, { form: 'integer' }],
  [JobSpecCodec, { form: 'job' }],
])

/** Reads a codec. Throws on one of a kind that it does not know, naming it: give it a line here. */
export const walk = (codec: t.Mixed): Form => {
  const named = NAMED.get(codec)
  if (named !== undefined) return named
  if (codec instanceof t.InterfaceType) {
    const props = codec.props as Readonly<Record<string, t.Mixed>>
    return { form: 'struct', fields: Object.entries(props).map(([name, inner]) => [name, walk(inner)] as const) }
  }
  if (codec instanceof t.ArrayType) return { form: 'list', item: walk(codec.type as t.Mixed) }
  if (codec instanceof t.DictionaryType) return { form: 'map', value: walk(codec.codomain as t.Mixed) }
  if (codec instanceof t.KeyofType) return { form: 'choice', values: Object.keys(codec.keys as object) }
  if (codec instanceof t.UnionType) return walkNullable(codec)
  if (codec instanceof t.StringType) return { form: 'text' }
  if (codec instanceof t.BooleanType) return { form: 'boolean' }
  throw new Error(`libs/testing/codecs/walk.ts does not know the codec ${codec.name}`)
}

const walkNullable = (codec: t.UnionType<t.Mixed[]>): Form => {
  const [of, none, ...rest] = codec.types
  if (of === undefined || !(none instanceof t.NullType) || rest.length > 0) {
    throw new Error(`${codec.name}: of unions an event knows only "or null"`)
  }
  return { form: 'nullable', of: walk(of) }
}

/** Every field of a form, as paths: `ports[].name`. What is inside a job is the job's own, and not listed. */
export const pathsOf = (form: Form, path = ''): readonly string[] => {
  switch (form.form) {
    case 'struct':
      return form.fields.flatMap(([name, inner]) => {
        const here = path === '' ? name : `${path}.${name}`
        return [here, ...pathsOf(inner, here)]
      })
    case 'list':
      return pathsOf(form.item, `${path}[]`)
    case 'nullable':
      return pathsOf(form.of, path)
    default:
      return []
  }
}

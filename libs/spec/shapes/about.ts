import type * as t from 'io-ts'

/** What a shape accepts, as data: a JSON Schema and a reference page can be walked out of it. */
export type About =
  | { readonly form: 'text'; readonly expected: string; readonly pattern?: string }
  | { readonly form: 'scalar'; readonly expected: string }
  | {
      readonly form: 'number'
      readonly expected: string
      readonly whole: boolean
      readonly min: number
      readonly max: number
    }
  | { readonly form: 'flag'; readonly expected: string }
  | { readonly form: 'choice'; readonly expected: string; readonly values: readonly string[] }
  | { readonly form: 'either'; readonly expected: string; readonly of: readonly About[] }
  | {
      readonly form: 'list'
      readonly expected: string
      readonly item: About
      readonly min: number
      readonly max: number
    }
  | { readonly form: 'map'; readonly expected: string; readonly key: string; readonly value: About }
  | { readonly form: 'struct'; readonly expected: string; readonly fields: readonly NamedField[] }

/** What a reader of the reference page learns about a field. */
export interface FieldAbout {
  /** The field's name where it is written, if that is not the name in the canonical form. */
  readonly key?: string
  readonly doc?: string
  readonly example?: unknown
  readonly unit?: string
  /** The default in words, where it depends on other fields. */
  readonly otherwise?: string
  /** What other tools call it: leads an unknown field to this one. */
  readonly synonyms?: readonly string[]
}

export type Presence = 'required' | 'optional' | 'defaulted'

/** A field of a struct with its type forgotten, for walking. */
export interface Field extends FieldAbout {
  readonly presence: Presence
  readonly shape: t.Mixed
  readonly value?: unknown
}

/** A field as it stands in a struct: `name` in the canonical form, `key` where it is written. */
export interface NamedField extends Field {
  readonly name: string
  readonly key: string
}

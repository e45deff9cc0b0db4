import type * as t from 'io-ts'

/** How values of one type stand in a snapshot: as JSON, checked when it is read back. */
export interface Form<A> {
  write(value: A): unknown
  /** Throws Malformed. */
  read(written: unknown): A
}

/** What was read is not what was expected: said once, where a whole snapshot is read. */
export class Malformed extends Error {}

/** Values that are JSON already. */
export const plain = <A>(codec: t.Type<A>): Form<A> => ({
  write: (value) => value,
  read: (written) => {
    if (!codec.is(written)) throw new Malformed(`not a ${codec.name}`)
    return written
  },
})

export const orNull = <A>(form: Form<A>): Form<A | null> => ({
  write: (value) => (value === null ? null : form.write(value)),
  read: (written) => (written === null ? null : form.read(written)),
})

/** The form of each field: one that is forgotten does not compile. */
export type Fields<A> = { readonly [K in keyof A]-?: Form<A[K]> }

/** Objects, as the list of their fields' values in the order given here. */
export const struct = <A extends object>(name: string, fields: Fields<A>): Form<A> => {
  const entries = Object.entries(fields) as [keyof A & string, Form<unknown>][]
  return {
    write: (value) => entries.map(([key, form]) => form.write(value[key])),
    read: (written) => {
      const values = listOf(name, written)
      if (values.length !== entries.length) throw new Malformed(`a ${name} of ${values.length} fields`)
      return Object.fromEntries(entries.map(([key, form], at) => [key, form.read(values[at])])) as A
    },
  }
}

/** The items of a list, or Malformed. */
export const listOf = (name: string, written: unknown): readonly unknown[] => {
  if (!Array.isArray(written)) throw new Malformed(`no ${name}`)
  return written
}

/** The fields of an object, or Malformed. */
export const fieldsOf = (name: string, written: unknown): Readonly<Record<string, unknown>> => {
  if (typeof written !== 'object' || written === null) throw new Malformed(`no ${name}`)
  return written as Readonly<Record<string, unknown>>
}

/** Objects that several others hold: each is written once, and is one object again when it is read. */
export class Shared<A extends object> {
  private readonly numbers = new Map<A, number>()
  private readonly items: A[] = []
  /** Those that were met since `takeNew`. */
  private fresh: unknown[] = []

  constructor(private readonly form: Form<A>) {}

  /** In place of the object. */
  readonly ref: Form<A> = {
    write: (value) => {
      const known = this.numbers.get(value)
      if (known !== undefined) return known
      this.numbers.set(value, this.numbers.size)
      this.fresh.push(this.form.write(value))
      return this.numbers.size - 1
    },
    read: (written) => {
      const item = this.items[Number(written)]
      if (item === undefined) throw new Malformed('a reference to nothing')
      return item
    },
  }

  takeNew(): readonly unknown[] {
    const { fresh } = this
    this.fresh = []
    return fresh
  }

  readNew(written: readonly unknown[]): void {
    for (const item of written) this.items.push(this.form.read(item))
  }
}

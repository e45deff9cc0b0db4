import * as t from 'io-ts'
import { isName } from './names'

const refined = <A>(name: string, base: t.Type<A>, holds: (value: A) => boolean): t.Type<A> =>
  new t.Type<A>(
    name,
    (u): u is A => base.is(u) && holds(u),
    (u, context) => {
      if (base.is(u) && holds(u)) return t.success(u)
      return t.failure(u, context)
    },
    t.identity,
  )

/** A whole number from 0 up, exactly representable: no NaN, no Infinity, no fraction. */
export const Count = refined('Count', t.number, (n) => Number.isSafeInteger(n) && n >= 0)

/** Any whole number, exactly representable. */
export const Integer = refined('Integer', t.number, (n) => Number.isSafeInteger(n))

/** The name of a job, task or worker. */
export const Name = refined('Name', t.string, isName)

/** The value or null: in events a field is always there, so that all events of a type have one shape. */
export const nullable = <C extends t.Mixed>(codec: C) => t.union([codec, t.null], `${codec.name} | null`)

export const ResourcesCodec = t.type({ cpuMilli: Count, memoryBytes: Count, diskBytes: Count }, 'Resources')

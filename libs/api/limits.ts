import * as t from 'io-ts'
import { MoveCodec } from '#libs/events'
import { Count, formatBytes, nullable } from '#libs/kernel'
import { JobSpecCodec, MAX_PARAMS, MAX_REPLICAS, MAX_SPEC_BYTES } from '#libs/spec'

/** Characters of who asks: `user@host`, or what another program calls itself. */
export const MAX_ACTOR = 256
/** Characters of a reason that a person gives. */
export const MAX_REASON = 1_000
/** Characters of a text that names something: longer than any instance or key of a view. */
const MAX_ID = 256
/** Keys of a view whose values are asked for at once. */
const MAX_KEYS = 1_000

/** A base codec, with one more thing to hold; `wrong` says in words why it does not. */
const bounded = <A>(name: string, base: t.Type<A>, wrong: (value: A) => string | null): t.Type<A> =>
  new t.Type<A>(
    name,
    (u): u is A => base.is(u) && wrong(u) === null,
    (u, context) => {
      const valid = base.validate(u, context)
      if (valid._tag === 'Left') return valid
      const why = wrong(valid.right)
      return why === null ? valid : t.failure(u, context, why)
    },
    t.identity,
  )

const text = (most: number): t.Type<string> =>
  bounded('Text', t.string, ({ length }) =>
    length > most ? `has ${length} characters, at most ${most} are allowed` : null,
  )

/** Who asks; it stands in the log for ever. */
export const Actor = nullable(text(MAX_ACTOR))

/** Why it is asked for; it stands in the log for ever. */
export const Reason = nullable(text(MAX_REASON))

/** What names an instance; the service says what is wrong with one that is none. */
export const Id = text(MAX_ID)

/** Keys of a service's view. */
export const Keys = bounded('Keys', t.array(Id), ({ length }) =>
  length > MAX_KEYS ? `has ${length} keys, at most ${MAX_KEYS} are allowed` : null,
)

/** Labels that one worker may have. */
export const MAX_LABELS = 64
/** What a label may be called, and what it may say. */
export const LABEL_KEY = /^[A-Za-z0-9][A-Za-z0-9._/-]{0,62}$/
export const LABEL_TEXT = /^[^\p{Cc}\p{Cs}]{0,255}$/u

/** Labels to be given, or with null taken away. */
export const Labels = bounded('Labels', t.record(t.string, nullable(t.string)), (labels) => {
  const entries = Object.entries(labels)
  if (entries.length > MAX_LABELS) return `has ${entries.length} labels, at most ${MAX_LABELS} are allowed`
  const wrong = entries.find(([key, text]) => !LABEL_KEY.test(key) || (text !== null && !LABEL_TEXT.test(text)))
  return wrong === undefined ? null : `has a label that is none: ${wrong[0].slice(0, MAX_ID)}`
})

/** So many moves are asked for at once: they stand in one event. */
export const MAX_MOVES = 1_000

export const Moves = bounded('Moves', t.array(MoveCodec), ({ length }) =>
  length > MAX_MOVES ? `has ${length} moves, at most ${MAX_MOVES} are allowed` : null,
)

/** How many instances of a task are wanted. */
export const Replicas = bounded('Replicas', Count, (value) =>
  value > MAX_REPLICAS ? `is ${value}, at most ${MAX_REPLICAS} are allowed` : null,
)

/** A job that fits into one message of the log, with room for what is said around it. */
export const Spec = bounded('JobSpec', JobSpecCodec, (spec) => {
  const size = Buffer.byteLength(JSON.stringify(spec))
  if (size <= MAX_SPEC_BYTES) return null
  return `takes ${formatBytes(size)} in the log, at most ${formatBytes(MAX_SPEC_BYTES)} are allowed`
})

/** Bytes of all words of a command together, as far as every kernel lets one begin. */
const MAX_COMMAND_BYTES = 100_000

/** A program and its arguments. */
export const Command = bounded('Command', t.array(t.string), (words) => {
  if (words.length === 0) return 'is empty'
  const size = Buffer.byteLength(words.join(' '))
  return size > MAX_COMMAND_BYTES
    ? `takes ${formatBytes(size)}, at most ${formatBytes(MAX_COMMAND_BYTES)} are allowed`
    : null
})

/** A path within a container. */
export const Path = text(4_096)

/** Variables that a command gets, each as `NAME=value`. */
export const Variables = bounded('Variables', t.array(t.string), (pairs) => {
  const wrong = pairs.find((pair) => !/^[^=\0]+=[^\0]*$/.test(pair))
  if (wrong !== undefined) return `has "${wrong.slice(0, 100)}", which is not NAME=value`
  return Buffer.byteLength(pairs.join(' ')) > MAX_COMMAND_BYTES ? 'is too long' : null
})

/** What a run of a cron job is told, by name. */
export const Params = bounded('Params', t.record(t.string, t.string), (params) => {
  const names = Object.keys(params)
  if (names.length > MAX_PARAMS) return `has ${names.length} parameters, at most ${MAX_PARAMS} are allowed`
  const wrong = names.find((name) => params[name]?.includes('\0'))
  if (wrong !== undefined) return `has ${wrong} with a NUL in it`
  return Buffer.byteLength(JSON.stringify(params)) > MAX_COMMAND_BYTES ? 'is too long' : null
})

import * as E from 'fp-ts/Either'

/**
 * The one shape of an error that a person may see: a stable tag for programs, and what is wrong, where, and what
 * to do next for people. It is a value in the core and at ports; only shells throw it, wrapped in `OrkFailure`.
 */
export interface OrkError {
  readonly tag: string
  /** What is wrong, in one sentence. */
  readonly what: string
  /** File, path in the spec, subject or sequence. */
  readonly where?: string
  /** What to do about it. */
  readonly next?: string
}

/** An error with its tag, what is wrong, and as far as known where and what to do next. */
export const orkError = (tag: string, what: string, more: { where?: string; next?: string } = {}): OrkError => ({
  tag,
  what,
  ...more,
})

/** `where: what` on one line, what to do next on a second. */
export const renderError = (error: OrkError): string => {
  const head = error.where === undefined ? error.what : `${error.where}: ${error.what}`
  return error.next === undefined ? head : `${head}\n  ${error.next}`
}

/** Carries an OrkError through code that must throw: shells and commands. */
export class OrkFailure extends Error {
  constructor(
    readonly error: OrkError,
    options?: ErrorOptions,
  ) {
    super(renderError(error), options)
    this.name = 'OrkFailure'
  }
}

/** The value, for who must throw: OrkFailure with the error where there is none. */
export const orThrow = <A>(result: E.Either<OrkError, A>): A => {
  if (E.isLeft(result)) throw new OrkFailure(result.left)
  return result.right
}

/** Any thrown thing as text, for the end of an error line. */
export const causeText = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause))

import * as E from 'fp-ts/Either'
import * as t from 'io-ts'
import { type OrkError, orkError } from '#libs/kernel'
import type { Endpoint } from '#libs/log'
import { apiSubject, REQUESTS, type Replies, type RequestOf, type Verb } from './verbs'

/** Problems told of one request. */
const MAX_SAID = 10

export interface EndpointOptions<V extends Verb> {
  readonly prefix: string
  readonly verb: V
  /** For verbs that one service of many must answer. */
  readonly target?: string
  /** Absent: every service that offers the verb answers. */
  readonly queue?: string
}

/** An endpoint that answers a verb once; a request that is not one is refused before anything else happens. */
export const endpoint = <V extends Verb>(
  options: EndpointOptions<V>,
  answer: (request: RequestOf<V>) => Promise<E.Either<OrkError, Replies[V]>>,
): Endpoint => ({
  ...named(options),
  handle: async (payload) => {
    const request = checked(options.verb, payload)
    return E.isLeft(request) ? request : await answer(request.right)
  },
})

/** An endpoint that answers a verb in parts. */
export const streamEndpoint = <V extends Verb>(
  options: EndpointOptions<V>,
  answer: (request: RequestOf<V>) => Iterable<Replies[V]>,
): Endpoint => ({
  ...named(options),
  handle: (payload) => {
    const request = checked(options.verb, payload)
    return E.isLeft(request)
      ? Promise.resolve(request)
      : (async function* () {
          yield* answer(request.right)
        })()
  },
})

const named = <V extends Verb>({ prefix, verb, target, queue }: EndpointOptions<V>) => ({
  name: verb,
  subject: apiSubject(prefix, verb, target),
  ...(queue === undefined ? {} : { queue }),
})

/** The request, or all that is wrong with it: each path with what holds there, limits included. */
export const checked = <V extends Verb>(verb: V, payload: unknown): E.Either<OrkError, RequestOf<V>> => {
  const decoded = REQUESTS[verb].decode(payload)
  if (E.isRight(decoded)) return E.right(decoded.right as RequestOf<V>)
  const problems = new Map<string, string | undefined>()
  for (const { context, message } of decoded.left) {
    const path = pathOf(context)
    problems.set(path, problems.get(path) ?? message)
  }
  const said = [...problems].map(([path, message]) => (message === undefined ? path : `${path} ${message}`))
  const foreign = [...problems.values()].includes(undefined)
  return E.left(
    orkError('BadRequest', `not a request for ${verb}: ${said.slice(0, MAX_SAID).join('; ')}`, {
      ...(foreign ? { next: 'the command line and the services must be of the same version of ork' } : {}),
    }),
  )
}

/** Where in the request, e.g. `spec.tasks.0.replicas`; which member of a union was tried is left out. */
const pathOf = (context: t.Context): string =>
  context
    .filter(({ key }, at) => key !== '' && !(context[at - 1]?.type instanceof t.UnionType))
    .map(({ key }) => key)
    .join('.') || 'payload'

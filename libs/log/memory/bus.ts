import * as E from 'fp-ts/Either'
import { causeText, type OrkError, OrkFailure, orkError, orThrow } from '#libs/kernel'
import { matchesAny } from '../filters'
import type { Bus, BusError, Endpoint } from '../port'

type Schedule = (task: () => void) => void
/** Runs a task once, in so many milliseconds; what it gives cancels that. */
type After = (ms: number, task: () => void) => () => void

const copy = (payload: unknown): unknown => (payload === undefined ? undefined : JSON.parse(JSON.stringify(payload)))

const noOne = (subject: string): BusError => ({
  tag: 'NoResponders',
  what: 'nobody answers there at the moment',
  where: subject,
})

const refused = (refusal: OrkError): BusError => ({ ...refusal, tag: 'Refused', refusal })

const toOrkError = (cause: unknown): OrkError =>
  cause instanceof OrkFailure ? cause.error : orkError('Internal', `the service failed: ${causeText(cause)}`)

/** The bus in memory: the same endpoints, queues and errors, without a wire. */
export const memoryBus = (schedule: Schedule, after: After): Bus => {
  const listeners = new Set<{ readonly subject: string; readonly tell: (payload: unknown) => void }>()
  const endpoints = new Set<Endpoint>()
  let turn = 0

  /** One endpoint of each queue, and every one that is in none. */
  const chosenFor = (subject: string): readonly Endpoint[] => {
    const groups = new Map<unknown, Endpoint[]>()
    for (const endpoint of endpoints) {
      if (!matchesAny([endpoint.subject], subject)) continue
      const key = endpoint.queue ?? endpoint
      groups.set(key, [...(groups.get(key) ?? []), endpoint])
    }
    turn += 1
    return [...groups.values()].flatMap((group) => group[turn % group.length] ?? [])
  }

  const ask = async (endpoint: Endpoint, payload: unknown): Promise<E.Either<BusError, unknown>> => {
    try {
      const result = endpoint.handle(copy(payload), new AbortController().signal)
      if (Symbol.asyncIterator in result) {
        return E.left(refused(orkError('AnswersInParts', 'this endpoint answers in many parts')))
      }
      const answer = await result
      return E.isLeft(answer) ? E.left(refused(answer.left)) : E.right(copy(answer.right))
    } catch (cause) {
      return E.left(refused(toOrkError(cause)))
    }
  }

  const request: Bus['request'] = async (subject, payload, timeoutMs) => {
    const [endpoint] = chosenFor(subject)
    if (endpoint === undefined) return E.left(noOne(subject))
    return within(
      after,
      timeoutMs,
      ask(endpoint, payload),
      E.left({ tag: 'TimedOut', what: 'no answer came in time', where: subject }),
    )
  }

  return {
    publish: (subject, payload) => {
      const sent = copy(payload)
      schedule(() => {
        for (const { subject: wanted, tell } of [...listeners]) if (matchesAny([wanted], subject)) tell(sent)
      })
    },
    subscribe: (subject, tell) => {
      const listener = { subject, tell }
      listeners.add(listener)
      return { stop: () => void listeners.delete(listener) }
    },
    request,
    requestAll: async (subject, payload, timeoutMs, onAnswer) => {
      const none = E.left(noOne(subject))
      const asked = chosenFor(subject).map((endpoint) => within(after, timeoutMs, ask(endpoint, payload), none))
      for (const one of asked) void one.then((answer) => (E.isRight(answer) ? onAnswer?.(answer.right) : undefined))
      return (await Promise.all(asked)).flatMap((answer) => (E.isRight(answer) ? [answer.right] : []))
    },
    requestStream: (subject, payload, signal) => stream(chosenFor(subject)[0], subject, payload, signal),
    serve: async (service) => {
      for (const endpoint of service.endpoints) endpoints.add(endpoint)
      return {
        stop: async () => {
          for (const endpoint of service.endpoints) endpoints.delete(endpoint)
        },
      }
    },
  }
}

const within = async <T>(after: After, ms: number, answer: Promise<T>, late: T): Promise<T> => {
  let cancel = (): void => {}
  const timedOut = new Promise<T>((resolve) => {
    cancel = after(ms, () => resolve(late))
  })
  try {
    return await Promise.race([answer, timedOut])
  } finally {
    cancel()
  }
}

async function* stream(
  endpoint: Endpoint | undefined,
  subject: string,
  payload: unknown,
  signal: AbortSignal,
): AsyncGenerator<unknown> {
  if (endpoint === undefined) throw new OrkFailure(noOne(subject))
  // The responder hears of it when the reader stops, by abort or by leaving the loop.
  const controller = new AbortController()
  const abort = (): void => controller.abort()
  signal.addEventListener('abort', abort)
  try {
    const result = endpoint.handle(copy(payload), controller.signal)
    if (!(Symbol.asyncIterator in result)) {
      yield copy(orThrow(await result))
      return
    }
    yield* untilAborted(result[Symbol.asyncIterator](), signal)
  } catch (cause) {
    throw new OrkFailure(refused(toOrkError(cause)), { cause })
  } finally {
    signal.removeEventListener('abort', abort)
    controller.abort()
  }
}

async function* untilAborted(parts: AsyncIterator<unknown>, signal: AbortSignal): AsyncGenerator<unknown> {
  const aborted = new Promise<'aborted'>((resolve) => signal.addEventListener('abort', () => resolve('aborted')))
  try {
    while (!signal.aborted) {
      const next = await Promise.race([parts.next(), aborted])
      if (next === 'aborted' || next.done === true) return
      yield copy(next.value)
    }
  } finally {
    // Not awaited: a responder that waits for something would keep the reader waiting, too.
    void parts.return?.()
  }
}

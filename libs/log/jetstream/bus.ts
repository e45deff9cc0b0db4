import * as E from 'fp-ts/Either'
import { createInbox } from 'nats'
import type { Bus, BusError } from '../port'
import { busError, decode, encode, errorIn, toBusError } from './busErrors'
import type { Link } from './link'
import { serve } from './serve'
import { requestStream } from './streamClient'

/** Messages without a history, straight over NATS. */
export const natsBus = (link: Link): Bus => ({
  publish: (subject, payload) => {
    if (link.connected && !link.nc.isClosed()) link.nc.publish(subject, encode(payload))
  },
  subscribe: (subject, onMessage) => {
    const subscription = link.nc.subscribe(subject, {
      callback: (error, message) => {
        if (error === null) onMessage(decode(message.data))
      },
    })
    return { stop: () => (link.nc.isClosed() ? undefined : subscription.unsubscribe()) }
  },
  request: (subject, payload, timeoutMs) => request(link, subject, payload, timeoutMs),
  requestAll: (...question) => requestAll(link, ...question),
  requestStream: (subject, payload, signal) => requestStream(link, subject, payload, signal),
  serve: (service) => serve(link, service),
})

const request = async (
  link: Link,
  subject: string,
  payload: unknown,
  timeoutMs: number,
): Promise<E.Either<BusError, unknown>> => {
  if (!link.connected) return E.left(busError('Disconnected', 'the connection is not there', subject))
  try {
    const message = await link.nc.request(subject, encode(payload), { timeout: timeoutMs })
    const error = errorIn(message, subject)
    return error === null ? E.right(decode(message.data)) : E.left(error)
  } catch (cause) {
    return E.left(toBusError(cause, subject))
  }
}

/** Answers that are errors are left out: whoever could not answer did not. */
const requestAll = (
  link: Link,
  ...[subject, payload, timeoutMs, onAnswer]: Parameters<Bus['requestAll']>
): Promise<readonly unknown[]> =>
  new Promise((resolve) => {
    const answers: unknown[] = []
    if (!link.connected) return resolve(answers)
    const finish = (): void => {
      clearTimeout(timer)
      if (!link.nc.isClosed()) subscription.unsubscribe()
      resolve(answers)
    }
    const timer = setTimeout(finish, timeoutMs)
    const inbox = createInbox()
    const subscription = link.nc.subscribe(inbox, {
      callback: (error, message) => {
        if (error !== null) return finish()
        const failure = errorIn(message, subject)
        if (failure === null) {
          const answer = decode(message.data)
          answers.push(answer)
          onAnswer?.(answer)
        } else if (failure.tag === 'NoResponders') finish()
      },
    })
    link.nc.publish(subject, encode(payload), { reply: inbox })
  })

import * as E from 'fp-ts/Either'
import { headers, type Msg, type NatsError, nuid, type ServiceMsg } from 'nats'
import { causeText, type OrkError, OrkFailure, orkError, orThrow } from '#libs/kernel'
import type { Endpoint, Handler, ServiceOffer } from '../port'
import { decode, ERROR_CODE_HEADER, ERROR_HEADER, encode, toOrkError } from './busErrors'
import type { Link } from './link'
import { controlSubject, readControl, STREAM_HEADER } from './streamProtocol'
import { StreamServer } from './streamServer'

/** A request as it comes to a micro service, or without one. */
type Request = Pick<Msg & ServiceMsg, 'data' | 'headers' | 'reply' | 'respond'>

/**
 * Answers on endpoints, as a NATS micro service unless that is not wished. Throws OrkFailure (`Refused`) where the login
 * may not listen there, and what the client throws when the connection is lost meanwhile; then nothing is left of it.
 */
export const serve = async (link: Link, offer: ServiceOffer): Promise<{ stop(): Promise<void> }> => {
  const { nc } = link
  const { name, version, description, endpoints } = offer
  const service = offer.isListed === false ? null : await nc.services.add({ name, version, description })
  const streams = new StreamServer(nc)
  const denied: Error[] = []
  const unlisten = link.onClosing(() => streams.stop())
  const controls = [...new Set(endpoints.map(({ subject }) => controlSubject(subject)))].map((subject) =>
    nc.subscribe(subject, {
      callback: (error, message) => {
        if (error !== null) return void denied.push(error)
        const control = readControl(decode(message.data))
        if (control !== null) streams.onControl(control)
      },
    }),
  )
  const answering = endpoints.map((endpoint) => {
    const { subject } = endpoint
    // The client puts every endpoint into some queue; one of its own is as good as none.
    const queue = endpoint.queue ?? nuid.next()
    const handler = (error: NatsError | null, message: Request): void => {
      if (error === null) void answer(streams, endpoint, message)
      else denied.push(error)
    }
    if (service === null) return nc.subscribe(subject, { queue, callback: handler })
    service.addEndpoint(endpoint.name, { subject, queue, handler })
    return null
  })
  const stop = async (): Promise<void> => {
    unlisten()
    streams.stop()
    if (nc.isClosed()) return
    for (const subscription of [...controls, ...answering]) subscription?.unsubscribe()
    await service?.stop()
  }
  try {
    await nc.flush() // from here on the server knows of them, and has said which it does not permit
  } catch (cause) {
    await stop()
    throw cause
  }
  const [why] = denied
  if (why === undefined) return { stop }
  await stop().catch(() => undefined) // some of it has ended by itself
  throw new OrkFailure(notPermitted(name, why))
}

const notPermitted = (where: string, why: Error): OrkError =>
  orkError('Refused', `the server does not permit this login to answer: ${causeText(why)}`, {
    where,
    next: 'give it what nats/permissions.json says of its role, and its own name',
  })

const answer = async (streams: StreamServer, endpoint: Endpoint, message: Request): Promise<void> => {
  const abort = new AbortController()
  const stream = message.headers?.get(STREAM_HEADER) ?? ''
  try {
    const result = endpoint.handle(decode(message.data), abort.signal)
    if (stream !== '') return await streams.answer(stream, message.reply ?? '', partsOf(result), abort)
    if (Symbol.asyncIterator in result) {
      abort.abort()
      return refuse(
        message,
        orkError('AnswersInParts', 'this endpoint answers in many parts', { where: endpoint.subject }),
      )
    }
    const value = await result
    if (E.isLeft(value)) refuse(message, value.left)
    else message.respond(encode(value.right))
  } catch (cause) {
    refuse(message, toOrkError(cause))
  }
}

/** A single answer, to one who can take many, is a stream of one. */
async function* partsOf(result: ReturnType<Handler>): AsyncGenerator<unknown> {
  if (Symbol.asyncIterator in result) {
    yield* result
    return
  }
  yield orThrow(await result)
}

const refuse = (message: Request, error: OrkError): void => {
  const named = headers()
  named.set(ERROR_CODE_HEADER, '400')
  named.set(ERROR_HEADER, error.what.replaceAll(/[\r\n]+/g, ' '))
  message.respond(encode(error), { headers: named })
}

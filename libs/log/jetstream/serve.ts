import * as E from 'fp-ts/Either'
import { nuid, type ServiceMsg } from 'nats'
import { causeText, type OrkError, OrkFailure, orkError, orThrow } from '#libs/kernel'
import type { Endpoint, Handler, ServiceOffer } from '../port'
import { decode, encode, toOrkError } from './busErrors'
import type { Link } from './link'
import { controlSubject, readControl, STREAM_HEADER } from './streamProtocol'
import { StreamServer } from './streamServer'

/** Offers endpoints as a NATS micro service. Throws OrkFailure (`Refused`) where the login may not listen there. */
export const serve = async (link: Link, offer: ServiceOffer): Promise<{ stop(): Promise<void> }> => {
  const { nc } = link
  const { name, version, description } = offer
  const service = await nc.services.add({ name, version, description })
  const streams = new StreamServer(nc)
  const denied: Error[] = []
  const unlisten = link.onClosing(() => streams.stop())
  const controls = [...new Set(offer.endpoints.map(({ subject }) => controlSubject(subject)))].map((subject) =>
    nc.subscribe(subject, {
      callback: (error, message) => {
        if (error !== null) return void denied.push(error)
        const control = readControl(decode(message.data))
        if (control !== null) streams.onControl(control)
      },
    }),
  )
  for (const endpoint of offer.endpoints) {
    service.addEndpoint(endpoint.name, {
      subject: endpoint.subject,
      // The client puts every endpoint into some queue; one of its own is as good as none.
      queue: endpoint.queue ?? nuid.next(),
      handler: (error, message) => {
        if (error === null) void answer(streams, endpoint, message)
        else denied.push(error)
      },
    })
  }
  const stop = async (): Promise<void> => {
    unlisten()
    streams.stop()
    if (nc.isClosed()) return
    for (const control of controls) control.unsubscribe()
    await service.stop()
  }
  await nc.flush() // from here on the server knows of them, and has said which it does not permit
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

const answer = async (streams: StreamServer, endpoint: Endpoint, message: ServiceMsg): Promise<void> => {
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

const refuse = (message: ServiceMsg, error: OrkError): void => {
  message.respondError(400, error.what.replaceAll(/[\r\n]+/g, ' '), Buffer.from(encode(error)))
}

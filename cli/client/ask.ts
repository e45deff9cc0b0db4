import * as E from 'fp-ts/Either'
import { apiSubject, type Replies, type RequestOf } from '#libs/api'
import { type OrkError, OrkFailure, orkError } from '#libs/kernel'
import type { BusError, Connection } from '#libs/log'
import { call } from './call'

/** An instance, and which of its attempts; null: the last. */
export type Wanted = Pick<RequestOf<'logs'>, 'id' | 'attempt'>

/** Where the attempt ran: an earlier one may have been on another worker than the last. Throws OrkFailure. */
export const workerOf = async (connection: Connection, wanted: Wanted): Promise<string> => {
  const worker = await placeOf(connection, wanted)
  if (worker !== null) return worker
  throw new OrkFailure(
    orkError('NotPlaced', `${wanted.id} has not run yet`, { next: `\`ork task ${wanted.id}\` shows why` }),
  )
}

const placeOf = async (connection: Connection, { id, attempt }: Wanted): Promise<string | null> => {
  const instance = await call(connection, 'task', { id })
  if (attempt === null || attempt >= instance.attempt) return instance.worker
  for (const seq of [...instance.events].reverse()) {
    const event = (await connection.log.at(seq))?.event
    if (event?.type === 'TaskScheduled' && event.data.attempt <= attempt) return event.data.worker
  }
  return instance.worker
}

type StreamVerb = 'logs' | 'exec' | 'copy-out' | 'copy-in'

/** Asks a worker for an answer in many parts. Throws OrkFailure with what happened in words; ends once `signal` aborts. */
export async function* askWorker<Part, V extends StreamVerb = StreamVerb>(
  connection: Connection,
  worker: string,
  verb: V,
  request: RequestOf<V>,
  signal: AbortSignal,
): AsyncGenerator<Part> {
  const subject = apiSubject(connection.prefix, verb, worker)
  try {
    for await (const part of connection.bus.requestStream(subject, request, signal)) yield part as Part
  } catch (cause) {
    throw cause instanceof OrkFailure ? new OrkFailure(inWords(cause.error, worker)) : cause
  }
}

/** What an error of the wire means to one who asked a worker. */
export const inWords = (error: OrkError, worker: string): OrkError => {
  if (error.tag === 'NoResponders' || error.tag === 'TimedOut') {
    return orkError(error.tag, `worker ${worker}, which has the container, does not answer`, {
      next: `\`ork worker ${worker}\` shows when it was last heard of`,
    })
  }
  return (error as BusError).refusal ?? error
}

/** An engine that has much to do takes its time. */
const TIMEOUT_MS = 15_000

/** Asks a worker for one thing. Throws OrkFailure as `askWorker` does. */
export const callWorker = async <V extends 'stats' | 'inspect' | 'prune'>(
  connection: Connection,
  worker: string,
  verb: V,
  request: RequestOf<V>,
): Promise<Replies[V]> => {
  const answer = await connection.bus.request(apiSubject(connection.prefix, verb, worker), request, TIMEOUT_MS)
  if (E.isLeft(answer)) throw new OrkFailure(inWords(answer.left, worker))
  return answer.right as Replies[V]
}

import { apiSubject, type Replies, type RequestOf } from '#libs/api'
import { type OrkError, OrkFailure, orkError } from '#libs/kernel'
import type { BusError, Connection } from '#libs/log'
import { call } from '../client/call'
import { Interrupted } from '../failure'
import { stderr } from '../output'
import { escapeJson, escapeLogLine } from '../render/escape'
import type { Show } from './events'

type Line = Replies['logs']

/** Writes the lines of an instance, straight from its worker. Throws OrkFailure, and Interrupted at Ctrl-C. */
export const showLogs = async (connection: Connection, request: RequestOf<'logs'>, show: Show): Promise<void> => {
  const worker = await workerOf(connection, request)
  if (worker === null) {
    throw new OrkFailure(
      orkError('NotPlaced', `${request.id} has not run yet, so it has written nothing`, {
        next: `\`ork task ${request.id}\` shows why`,
      }),
    )
  }
  const subject = apiSubject(connection.prefix, 'logs', worker)
  try {
    for await (const line of connection.bus.requestStream(subject, request, show.signal))
      await writeLine(line as Line, show)
  } catch (cause) {
    throw cause instanceof OrkFailure ? new OrkFailure(inWords(cause.error, worker)) : cause
  }
  if (show.signal.aborted) throw new Interrupted()
}

/** Where the attempt ran: an earlier one may have been on another worker than the last. */
const workerOf = async (connection: Connection, { id, attempt }: RequestOf<'logs'>): Promise<string | null> => {
  const instance = await call(connection, 'task', { id })
  if (attempt === null || attempt >= instance.attempt) return instance.worker
  for (const seq of [...instance.events].reverse()) {
    const event = (await connection.log.at(seq))?.event
    if (event?.type === 'TaskScheduled' && event.data.attempt <= attempt) return event.data.worker
  }
  return instance.worker
}

const writeLine = async (line: Line, { json, out }: Show): Promise<void> => {
  if (json) return out.write(`${escapeJson(JSON.stringify(line))}\n`)
  const to = line.stream === 'stderr' ? stderr : out
  await to.write(`${to.isTerminal ? escapeLogLine(line.text) : line.text}\n`)
}

const inWords = (error: OrkError, worker: string): OrkError => {
  if (error.tag === 'NoResponders' || error.tag === 'TimedOut') {
    return orkError(error.tag, `worker ${worker}, which keeps these lines, does not answer`, {
      next: `\`ork worker ${worker}\` shows when it was last heard of`,
    })
  }
  return (error as BusError).refusal ?? error
}

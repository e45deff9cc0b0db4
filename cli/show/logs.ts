import type { Replies, RequestOf } from '#libs/api'
import type { Connection } from '#libs/log'
import { askWorker, workerOf } from '../client/ask'
import { Interrupted } from '../failure'
import { stderr } from '../output'
import { escapeLogLine, toJson } from '../render/escape'
import type { Show } from './events'

export type Line = Replies['logs']

/** Which of the lines that an instance has written. */
export type LogsWanted = Omit<RequestOf<'logs'>, 'id'>

/** Writes the lines of an instance, straight from its worker. Throws OrkFailure, and Interrupted at Ctrl-C. */
export const showLogs = async (connection: Connection, id: string, wanted: LogsWanted, show: Show): Promise<void> => {
  const worker = await workerOf(connection, { id, attempt: wanted.attempt })
  for await (const line of askWorker<Line>(connection, worker, 'logs', { id, ...wanted }, show.signal)) {
    await writeLine(line, null, show)
  }
  if (show.signal.aborted) throw new Interrupted()
}

/** `from`: the instance, and how its name is shown before the line; null where there is but one. */
export const writeLine = async (
  line: Line,
  from: { readonly id: string; readonly label: string } | null,
  { json, out }: Show,
): Promise<void> => {
  if (json) {
    const value = from === null ? line : { instance: from.id, ...line }
    return out.write(`${toJson(value)}\n`)
  }
  const to = line.stream === 'stderr' ? stderr : out
  const text = to.isTerminal ? escapeLogLine(line.text) : line.text
  await to.write(from === null ? `${text}\n` : `${from.label} ${text}\n`)
}

import type { Replies, RequestOf } from '#libs/api'
import type { Connection } from '#libs/log'
import { askWorker, workerOf } from '../client/ask'
import { Interrupted } from '../failure'
import { stderr } from '../output'
import { escapeJson, escapeLogLine } from '../render/escape'
import type { Show } from './events'

type Line = Replies['logs']

/** Writes the lines of an instance, straight from its worker. Throws OrkFailure, and Interrupted at Ctrl-C. */
export const showLogs = async (connection: Connection, request: RequestOf<'logs'>, show: Show): Promise<void> => {
  const worker = await workerOf(connection, request)
  for await (const line of askWorker<Line>(connection, worker, 'logs', request, show.signal))
    await writeLine(line, show)
  if (show.signal.aborted) throw new Interrupted()
}

const writeLine = async (line: Line, { json, out }: Show): Promise<void> => {
  if (json) return out.write(`${escapeJson(JSON.stringify(line))}\n`)
  const to = line.stream === 'stderr' ? stderr : out
  await to.write(`${to.isTerminal ? escapeLogLine(line.text) : line.text}\n`)
}

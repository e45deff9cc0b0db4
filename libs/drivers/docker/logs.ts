import type { Readable } from 'node:stream'
import * as E from 'fp-ts/Either'
import { OrkFailure, orThrow } from '#libs/kernel'
import type { Served } from '../owners'
import { type AttemptRef, containerName, type LogLine, type LogOptions } from '../port'
import type { Connection } from './connection'
import { inspectOwn } from './containers'
import { driverError } from './failures'

const HEADER_BYTES = 8
/** A line longer than this comes in pieces: a program that never ends its line must not fill our memory. */
const LONGEST_LINE = 1 << 20

interface Frame {
  readonly stream: LogLine['stream']
  readonly payload: Buffer
}

/** The frames of the engine's multiplexed stream: kind, three zeros, length, payload. */
export async function* frames(stream: AsyncIterable<Buffer>): AsyncGenerator<Frame> {
  let pending: Buffer = Buffer.alloc(0)
  for await (const chunk of stream) {
    pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk])
    let at = 0
    while (pending.length - at >= HEADER_BYTES) {
      const end = at + HEADER_BYTES + pending.readUInt32BE(at + 4)
      if (pending.length < end) break
      yield { stream: pending[at] === 2 ? 'stderr' : 'stdout', payload: pending.subarray(at + HEADER_BYTES, end) }
      at = end
    }
    pending = pending.subarray(at)
  }
}

interface Partial {
  time: string
  pieces: Buffer[]
  bytes: number
}

/** Joins the pieces of long lines, each of which the engine stamps with the time anew. */
export async function* logLines(stream: AsyncIterable<Buffer>): AsyncGenerator<LogLine> {
  const open = new Map<LogLine['stream'], Partial>()
  const close = (name: LogLine['stream'], { time, pieces }: Partial): LogLine => {
    open.delete(name)
    const text = Buffer.concat(pieces).toString('utf8')
    return { stream: name, time, text: text.endsWith('\n') ? text.slice(0, -1) : text }
  }
  for await (const { stream: name, payload } of frames(stream)) {
    const space = payload.indexOf(0x20)
    const line = open.get(name) ?? { time: payload.toString('latin1', 0, space), pieces: [], bytes: 0 }
    const piece = payload.subarray(space + 1)
    line.pieces.push(piece)
    line.bytes += piece.length
    open.set(name, line)
    if (piece.at(-1) === 0x0a || line.bytes >= LONGEST_LINE) yield close(name, line)
  }
  for (const [name, line] of open) yield close(name, line)
}

/** dockerode reads a log that is not followed whole into one string; the modem below it can stream that, too. */
const openLogs = (
  connection: Connection,
  id: string,
  { follow, tail, sinceMs }: LogOptions,
  abortSignal: AbortSignal,
) =>
  new Promise<Readable>((resolve, reject) => {
    const since = sinceMs === undefined ? {} : { since: (sinceMs / 1000).toFixed(3) }
    const options = { follow, stdout: true, stderr: true, timestamps: true, tail: tail ?? 'all', ...since }
    connection.docker.modem.dial(
      {
        path: `/containers/${id}/logs?`,
        method: 'GET',
        isStream: true,
        abortSignal,
        statusCodes: { 200: true, 404: 'no such container', 500: 'server error' },
        options,
      },
      (error: unknown, stream: unknown) => (error ? reject(error) : resolve(stream as Readable)),
    )
  })

/** Nothing for a container that is not there. Throws an OrkFailure when the engine cannot be asked or breaks off. */
export async function* containerLogs(
  connection: Connection,
  served: Served,
  ref: AttemptRef,
  options: LogOptions,
): AsyncGenerator<LogLine> {
  const id = orThrow(await inspectOwn(connection, served, ref))?.Id
  if (id === undefined || options.signal.aborted) return
  const opened = await connection.request(connection.timeouts.callMs, (abortSignal) =>
    openLogs(connection, id, options, abortSignal),
  )
  const failed = `read the logs of ${containerName(ref)}`
  if (E.isLeft(opened)) throw new OrkFailure(driverError(connection, failed, opened.left))
  const stream = opened.right
  const abort = (): void => void stream.destroy()
  options.signal.addEventListener('abort', abort, { once: true })
  if (options.signal.aborted) abort()
  try {
    yield* logLines(stream)
  } catch (cause) {
    if (options.signal.aborted) return
    throw new OrkFailure(driverError(connection, failed, { words: String(cause), silent: false }), { cause })
  } finally {
    options.signal.removeEventListener('abort', abort)
    stream.destroy()
  }
}

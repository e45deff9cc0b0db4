import { stat } from 'node:fs/promises'
import { basename, dirname, posix, resolve } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { formatBytes, OrkFailure, orkError } from '#libs/kernel'
import type { Connection } from '#libs/log'
import { askWorker, type Wanted, workerOf } from '../client/ask'
import { Session } from '../client/session'
import { noTally, packAs, type Tally, unpackAs } from '../client/tarball'
import { Interrupted } from '../failure'
import { stderr } from '../output'
import { escapeText, toJson } from '../render/escape'
import { count } from '../render/sentence'
import type { Show } from './events'
import { whoAmI } from './submit'

/** One side is a path in the container of an instance, the other a path here. */
export interface Copy {
  readonly instance: Wanted
  readonly path: string
  readonly local: string
}

/** Copies out of a container, as `cp -r` would: into `local` where that is a folder, else under that name. */
export const copyOut = async (connection: Connection, { instance, path, local }: Copy, show: Show): Promise<void> => {
  const worker = await workerOf(connection, instance)
  const isInto = await isFolderHere(local)
  const folder = resolve(isInto ? local : dirname(local))
  if (!(await isFolderHere(folder))) throw new OrkFailure(orkError('NoFolder', `there is no folder ${folder} here`))
  const tally = noTally()
  const parts = askWorker<{ readonly data: string }>(connection, worker, 'copy-out', { ...instance, path }, show.signal)
  const unpacked = unpackAs(folder, isInto ? posix.basename(path) : basename(resolve(local)), tally)
  await writing(pipeline(Readable.from(bytesOf(parts)), unpacked), folder)
  if (show.signal.aborted) throw new Interrupted()
  await tell(tally, show)
}

/** Copies into a container in the same manner; what comes is root's there. */
export const copyIn = async (connection: Connection, { instance, path, local }: Copy, show: Show): Promise<void> => {
  const from = resolve(local)
  const found = await stat(from).catch(() => undefined)
  if (found === undefined) throw new OrkFailure(orkError('NoFile', `there is no ${local} here`))
  const worker = await workerOf(connection, instance)
  const broken = new AbortController()
  const signal = AbortSignal.any([show.signal, broken.signal])
  const session = new Session(connection, worker, 'copy-in', { ...instance, path, actor: whoAmI() }, signal)
  const tally = noTally()
  const send = async (isFolder: boolean): Promise<void> => {
    const top = isFolder ? basename(from) : posix.basename(path)
    const packed = packAs(from, top, tally)
    for await (const bytes of packed) if (!(await session.data(bytes as Buffer))) return
    await session.send({ tag: 'End' })
  }
  let sending = Promise.resolve()
  for await (const part of session.parts((isFolder) => {
    sending = send(isFolder).catch((cause) => broken.abort(cause))
  })) {
    if (part.tag === 'Ended') break
  }
  if (show.signal.aborted) throw new Interrupted()
  await sending
  if (broken.signal.aborted) throw broken.signal.reason
  await tell(tally, show)
}

async function* bytesOf(parts: AsyncIterable<{ readonly data: string }>): AsyncGenerator<Buffer> {
  for await (const { data } of parts) yield Buffer.from(data, 'base64')
}

const isFolderHere = async (path: string): Promise<boolean> =>
  (await stat(path).catch(() => undefined))?.isDirectory() === true

const writing = async (work: Promise<void>, folder: string): Promise<void> => {
  try {
    await work
  } catch (cause) {
    if (cause instanceof OrkFailure) throw cause
    const next = 'what was written up to then is there'
    throw new OrkFailure(orkError('NotWritten', (cause as Error).message, { where: folder, next }), { cause })
  }
}

const tell = async ({ files, bytes, leftOut }: Tally, { json, out }: Show): Promise<void> => {
  if (json) return out.write(`${toJson({ files, bytes, leftOut })}\n`)
  await out.write(`${count(files, 'file')}, ${escapeText(formatBytes(bytes))}\n`)
  if (leftOut > 0) await stderr.write(`left out: ${count(leftOut, 'link')} that would have led outside\n`)
}

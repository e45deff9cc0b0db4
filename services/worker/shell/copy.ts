import { once } from 'node:events'
import { posix } from 'node:path'
import { PassThrough, type Readable } from 'node:stream'
import { apiSubject, checked, type SessionPart } from '#libs/api'
import { orThrow } from '#libs/kernel'
import type { Endpoint } from '#libs/log'
import type { Sessions } from './exec'
import { findHeld } from './held'
import { chunksOf } from './inputs'

/** Answers `copy-out` and `copy-in`: files of a container here as a tar stream, either way. */
export const copyEndpoints = (sessions: Sessions): readonly Endpoint[] => {
  const subject = (verb: 'copy-out' | 'copy-in'): string =>
    apiSubject(sessions.worker.connection.prefix, verb, sessions.view.name)
  return [
    {
      name: 'copy-out',
      subject: subject('copy-out'),
      handle: (payload, signal) => copyOut(sessions, payload, signal),
    },
    { name: 'copy-in', subject: subject('copy-in'), handle: (payload, signal) => copyIn(sessions, payload, signal) },
  ]
}

async function* copyOut({ view, drivers }: Sessions, payload: unknown, signal: AbortSignal) {
  const request = orThrow(checked('copy-out', payload))
  const { held, driver } = findHeld(view, drivers, request)
  const tar = orThrow(await driver.copyOut(held.ref, request.path))
  const leave = (): void => void tar.destroy()
  signal.addEventListener('abort', leave, { once: true })
  try {
    for await (const bytes of tar) for (const data of chunksOf(bytes as Uint8Array)) yield { data }
  } catch (cause) {
    if (!signal.aborted) throw cause
  } finally {
    signal.removeEventListener('abort', leave)
    tar.destroy()
  }
}

async function* copyIn(sessions: Sessions, payload: unknown, signal: AbortSignal): AsyncGenerator<SessionPart> {
  const request = orThrow(checked('copy-in', payload))
  const { path, actor, id, session } = request
  const { held, driver } = findHeld(sessions.view, sessions.drivers, request)
  const isFolder = orThrow(await driver.isFolder(held.ref, path))
  const tar = new PassThrough()
  const leave = (): void => void tar.destroy(new Error('the one who sent it is gone'))
  const input = sessions.inputs.begin(session, (message) => {
    if (message.tag === 'Data') return written(tar, Buffer.from(message.data, 'base64'))
    if (message.tag === 'End') tar.end()
    return Promise.resolve()
  })
  signal.addEventListener('abort', leave, { once: true })
  try {
    sessions.worker.logger.info({ instance: id, attempt: held.ref.attempt, path, actor }, 'copy in')
    yield { tag: 'Ready', isFolder }
    const done = driver.copyIn(held.ref, isFolder ? path : posix.dirname(path), tar)
    for (let taken = input.news(); ; taken = input.news()) {
      const next = await Promise.race([taken, done])
      if (typeof next === 'number') yield { tag: 'Taken', count: next }
      else break
    }
    orThrow(await done)
    yield { tag: 'Ended', exitCode: 0 }
  } finally {
    signal.removeEventListener('abort', leave)
    input.end()
    tar.destroy()
  }
}

/** Resolves when more may be written: it has been taken, or nobody wants it any more. */
const written = async (tar: PassThrough & Readable, data: Buffer): Promise<void> => {
  if (tar.destroyed || tar.write(data)) return
  const over = new AbortController() // or each would leave what listened for the other
  const heard = ['drain', 'close'].map((event) => once(tar, event, { signal: over.signal }))
  await Promise.race(heard).finally(() => over.abort())
}

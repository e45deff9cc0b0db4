import { apiSubject, checked, type RequestOf, type SessionPart } from '#libs/api'
import type { Driver, ExecOptions, ExecSession } from '#libs/drivers'
import { orThrow } from '#libs/kernel'
import type { Endpoint } from '#libs/log'
import type { DriverName } from '#libs/spec'
import type { WorkerView } from '../core'
import { findHeld } from './held'
import { chunksOf, type Inputs, type SessionInput } from './inputs'
import type { WorkerOptions } from './options'

/** What sessions with containers need. */
export interface Sessions {
  readonly worker: WorkerOptions
  readonly view: WorkerView
  readonly drivers: ReadonlyMap<DriverName, Driver>
  readonly inputs: Inputs
}

/** Answers `exec`: a command in a container on this worker, for as long as the one who asked is there. */
export const execEndpoint = (sessions: Sessions): Endpoint => ({
  name: 'exec',
  subject: apiSubject(sessions.worker.connection.prefix, 'exec', sessions.view.name),
  handle: (payload, signal) => runExec(sessions, payload, signal),
})

async function* runExec(sessions: Sessions, payload: unknown, signal: AbortSignal): AsyncGenerator<SessionPart> {
  const request = orThrow(checked('exec', payload))
  const { id, command, actor } = request
  const { held, driver } = findHeld(sessions.view, sessions.drivers, request)
  const session = orThrow(await driver.exec(held.ref, optionsOf(request)))
  sessions.worker.logger.info({ instance: id, attempt: held.ref.attempt, program: command[0], actor }, 'exec')
  const hangUp = (): void => void session.hangUp()
  if (signal.aborted) return hangUp()
  signal.addEventListener('abort', hangUp, { once: true })
  let isOver = false
  try {
    const input = sessions.inputs.begin(request.session, (message) => {
      if (message.tag === 'Data') return session.write(Buffer.from(message.data, 'base64'))
      if (message.tag === 'Resize') return session.resize(message.size)
      session.endInput()
      return Promise.resolve()
    })
    try {
      yield { tag: 'Ready' }
      yield* partsOf(session, input)
    } finally {
      input.end()
    }
    isOver = true
    yield { tag: 'Ended', exitCode: await session.exitCode() }
  } finally {
    signal.removeEventListener('abort', hangUp)
    if (!isOver && !signal.aborted) hangUp()
  }
}

const optionsOf = ({ command, terminal, input, user, folder, env }: RequestOf<'exec'>): ExecOptions => ({
  command,
  terminal,
  input,
  env: Object.fromEntries(env.map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)])),
  ...(user === null ? {} : { user }),
  ...(folder === null ? {} : { folder }),
})

/** What it writes, and between that how much of its input was taken; ends with what it writes. */
async function* partsOf(session: ExecSession, input: SessionInput): AsyncGenerator<SessionPart> {
  const outputs = session.output[Symbol.asyncIterator]()
  let output = outputs.next()
  let taken = input.news()
  for (;;) {
    const next = await Promise.race([output, taken])
    if (typeof next === 'number') {
      yield { tag: 'Taken', count: next }
      taken = input.news()
      continue
    }
    if (next.done === true) return
    const { stream, data } = next.value
    for (const chunk of chunksOf(data)) yield { tag: 'Output', stream, data: chunk }
    output = outputs.next()
  }
}

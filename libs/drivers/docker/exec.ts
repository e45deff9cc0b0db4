import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import type { Duplex } from 'node:stream'
import type Docker from 'dockerode'
import * as E from 'fp-ts/Either'
import { refused } from '../errors'
import type { Served } from '../owners'
import { type AttemptRef, containerName, type DriverResult } from '../port'
import { type ExecOptions, type ExecOutput, type ExecSession, HANG_UP_GRACE_MS } from '../session'
import type { Connection } from './connection'
import { inspectOwn } from './containers'
import { driverError } from './failures'
import { frames } from './logs'

/** In the environment of a command and of all it begins, so that they can be found again. */
const MARK = 'ORK_EXEC'

/**
 * An engine has no way to end a command that it runs in a container, and gives no number that means anything within: so
 * those that bear the mark are looked for from inside. An image without a shell can only be left to hear that its input
 * ended.
 */
const HANG_UP = `
end() { for p in /proc/[0-9]*; do grep -q "${MARK}=$0" "$p/environ" 2>/dev/null && kill -"$1" "\${p#/proc/}"; done; }
end HUP
sleep ${HANG_UP_GRACE_MS / 1000}
end KILL
`

/** Runs a command in the attempt's container. */
export const dockerExec = async (
  connection: Connection,
  served: Served,
  ref: AttemptRef,
  options: ExecOptions,
): DriverResult<ExecSession> => {
  const found = await inspectOwn(connection, served, ref)
  if (E.isLeft(found)) return found
  const name = containerName(ref)
  if (found.right?.State.Running !== true) return E.left(refused(`the container ${name} does not run`))
  const container = connection.docker.getContainer(found.right.Id)
  const mark = randomUUID()
  const { request, timeouts } = connection
  const doing = `run ${options.command[0]} in ${name}`
  const made = await request(timeouts.callMs, (abortSignal) =>
    container.exec({ ...bodyOf(options, mark), abortSignal }),
  )
  if (E.isLeft(made)) return E.left(driverError(connection, doing, made.left))
  const exec = made.right
  const started = await request(timeouts.startMs, () =>
    exec.start({ hijack: true, stdin: true, Tty: options.terminal !== null }),
  )
  if (E.isLeft(started)) return E.left(driverError(connection, doing, started.left))
  const session = sessionOf(connection, container, exec, started.right, {
    mark,
    hasTerminal: options.terminal !== null,
  })
  if (options.terminal !== null) await session.resize(options.terminal)
  return E.right(session)
}

const bodyOf = ({ command, terminal, input, user, folder, env }: ExecOptions, mark: string) => ({
  Cmd: [...command],
  Tty: terminal !== null,
  AttachStdin: input,
  AttachStdout: true,
  AttachStderr: true,
  Env: [...Object.entries(env).map(([key, value]) => `${key}=${value}`), `${MARK}=${mark}`],
  ...(user === undefined ? {} : { User: user }),
  ...(folder === undefined ? {} : { WorkingDir: folder }),
})

const sessionOf = (
  { request, timeouts }: Connection,
  container: Docker.Container,
  exec: Docker.Exec,
  stream: Duplex,
  { mark, hasTerminal }: { readonly mark: string; readonly hasTerminal: boolean },
): ExecSession => {
  stream.on('error', () => undefined) // it has ended; what is known of that comes from the engine
  return {
    output: outputOf(stream, hasTerminal),
    write: async (data) => {
      if (!stream.writable || stream.write(data)) return
      await Promise.race([once(stream, 'drain'), once(stream, 'close')]).catch(() => undefined)
    },
    endInput: () => void stream.end(),
    resize: async ({ rows, columns }) => {
      await request(timeouts.callMs, (abortSignal) => exec.resize({ h: rows, w: columns, abortSignal }))
    },
    exitCode: async () => {
      const ended = await request(timeouts.callMs, (abortSignal) => exec.inspect({ abortSignal }))
      return E.isLeft(ended) ? null : ended.right.ExitCode
    },
    hangUp: async () => {
      stream.end()
      const made = await request(timeouts.callMs, (abortSignal) =>
        container.exec({ Cmd: ['/bin/sh', '-c', HANG_UP, mark], User: '0', abortSignal }),
      )
      if (E.isRight(made)) await request(timeouts.callMs, () => made.right.start({ Detach: true }))
      stream.destroy()
    },
  }
}

async function* outputOf(stream: Duplex, hasTerminal: boolean): AsyncGenerator<ExecOutput> {
  try {
    if (hasTerminal) for await (const data of stream) yield { stream: 'stdout', data }
    else for await (const { stream: name, payload } of frames(stream)) yield { stream: name, data: payload }
  } catch {
    // The engine broke off, or it was hung up: what follows is that nobody knows its exit code.
  }
}

import { mkdtempSync, rmSync } from 'node:fs'
import { connect, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { tie } from '../sockets'

/** A door to an engine that a test can shut between what the engine did and what its client hears of it. */
export interface EngineTap {
  readonly socketPath: string
  /**
   * Resolves when the engine has answered the next request whose first line fits. That answer is held back, and so is
   * all that comes after it on any connection that is open by then.
   */
  holdAfter(request: RegExp): Promise<void>
  close(): void
}

/** Connections that were held are never let go: whoever waits there is to be killed. */
export const tapEngine = async (enginePath: string): Promise<EngineTap> => {
  const dir = mkdtempSync(join(tmpdir(), 'ork-tap-'))
  const socketPath = join(dir, 'tap.sock')
  const open = new Set<Socket>()
  let awaited: { readonly request: RegExp; readonly answered: () => void } | null = null
  let held = new WeakSet<Socket>()

  const server = createServer((from) => {
    const to = connect(enginePath)
    let isAwaited = false
    tie(from, to, open)
    from.on('data', (chunk) => {
      isAwaited ||= awaited?.request.test(String(chunk).split('\r\n', 1)[0] ?? '') === true
      to.write(chunk)
    })
    to.on('data', (chunk) => {
      if (isAwaited && awaited !== null) {
        awaited.answered()
        awaited = null
        for (const socket of open) held.add(socket)
      }
      if (!held.has(from)) from.write(chunk)
    })
  })
  await new Promise<void>((resolve) => server.listen(socketPath, resolve))
  return {
    socketPath,
    holdAfter: (request) =>
      new Promise((resolve) => {
        held = new WeakSet()
        awaited = { request, answered: resolve }
      }),
    close: () => {
      server.close()
      for (const socket of open) socket.destroy()
      rmSync(dir, { recursive: true, force: true })
    },
  }
}

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { orThrow } from '#libs/kernel'
import { type Connection, type ConnectOptions, connect } from '#libs/log'
import { startNatsServer } from '#libs/nats-server'

/** Runs `body` against a nats-server of its own. */
export const withServer = async (syncAlways: boolean, body: (url: string) => Promise<void>): Promise<void> => {
  const dir = mkdtempSync(join(tmpdir(), 'ork-bench-'))
  try {
    const server = await startNatsServer({ dir, syncAlways, report: (line) => console.error(line) })
    try {
      await body(server.url)
    } finally {
      await server.stop()
    }
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

export const mustConnect = async (options: Omit<ConnectOptions, 'name'>): Promise<Connection> =>
  orThrow(await connect({ name: 'bench', ...options }))

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type NatsCluster,
  type NatsClusterOptions,
  type NatsServerOptions,
  startNatsCluster,
  startNatsServer,
} from '#libs/nats-server'

/** Everything of the server's own options but where its data lives. */
export type TestNatsOptions = Omit<NatsServerOptions, 'dir' | 'syncAlways'> & {
  /** fsync before each acknowledgement; false by default, which is faster and survives all but a power cut. */
  readonly sync?: boolean
  /** Where its data lives, and stays when it ends; absent: a temporary folder. */
  readonly keep?: string
}

/** A private nats-server with JetStream on a free port. */
export type TestNats = {
  readonly url: string
  readonly port: number
  readonly dir: string
  readonly pid: () => number
  /** kill -9; resolves when it is gone. */
  readonly kill: () => Promise<void>
  /** SIGSTOP: it keeps its connections and answers nothing, until `resume`. */
  readonly pause: () => void
  readonly resume: () => void
  /** Starts it again after `kill`, on the same port and data. */
  readonly start: () => Promise<void>
  /** Ends it and deletes its data, unless that is kept; may be called again. */
  readonly stop: () => Promise<void>
}

/** Starts a nats-server for one test or one file. Rejects with what to run by hand where there is none to be had. */
export const startTestNats = async (options: TestNatsOptions = {}): Promise<TestNats> => {
  const { sync, keep, ...rest } = options
  const dir = keep ?? mkdtempSync(join(tmpdir(), 'ork-nats-'))
  const forget = (): void => (keep === undefined ? rmSync(dir, { recursive: true, force: true }) : undefined)
  const launch = (port?: number) =>
    startNatsServer({ ...rest, dir, syncAlways: sync ?? false, ...(port === undefined ? {} : { port }) })
  let server = await launch(options.port).catch((error: unknown) => {
    forget()
    throw error
  })
  const { url, port } = server
  return {
    url,
    port,
    dir,
    pid: () => server.pid,
    kill: async () => {
      server.kill('SIGKILL')
      await server.exited
    },
    pause: () => server.kill('SIGSTOP'),
    resume: () => server.kill('SIGCONT'),
    start: async () => {
      server = await launch(port)
    },
    stop: async () => {
      server.kill('SIGCONT') // a paused one would not see the SIGTERM
      await server.stop()
      forget()
    },
  }
}

/** Runs `body` against a nats-server of its own, which ends with it, however it ends. */
export const withNats = async <T>(body: (nats: TestNats) => Promise<T>, options: TestNatsOptions = {}): Promise<T> => {
  const nats = await startTestNats(options)
  try {
    return await body(nats)
  } finally {
    await nats.stop()
  }
}

/** A JetStream cluster (3 members unless told) in a temporary folder, which `stop` deletes. Waits for its leader. */
export const startTestNatsCluster = async (
  options: Omit<NatsClusterOptions, 'dir' | 'syncAlways'> & { readonly sync?: boolean } = {},
): Promise<NatsCluster> => {
  const { sync, ...rest } = options
  const dir = mkdtempSync(join(tmpdir(), 'ork-nats-cluster-'))
  const deleteData = (): void => rmSync(dir, { recursive: true, force: true })
  const cluster = await startNatsCluster({ ...rest, dir, syncAlways: sync ?? false }).catch((error: unknown) => {
    deleteData()
    throw error
  })
  return {
    get servers() {
      return cluster.servers // as they are now: a restarted member is another process
    },
    url: cluster.url,
    restart: (index) => cluster.restart(index),
    stop: async () => {
      await cluster.stop()
      deleteData()
    },
  }
}

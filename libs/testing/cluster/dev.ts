import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Connection } from '#libs/log'
import { mustConnect } from '../jetStream'
import { clientOf, type TestClient } from './client'
import { removeDockerContainers, removeProcesses } from './containers'
import { Observer } from './observer'
import { type TestService, testService } from './service'

/** `ork dev` as a user runs it, on a folder that stays the same from life to life. */
export interface TestDev {
  readonly service: TestService
  readonly engine: string
  /** Connects to the cluster of its current life. */
  session(): Promise<DevSession>
}

export interface DevSession extends TestClient {
  /** Its servers, with commas. */
  readonly url: string
  readonly connection: Connection
  readonly log: Observer
}

/** Runs `body` with an `ork dev` that is not started yet; it and its containers end with it, however it ends. */
export const withDev = (engine: string, body: (dev: TestDev) => Promise<void>): Promise<void> =>
  runDev(body, ['--driver', 'docker'], engine)

/** The same without Docker: jobs run as plain processes. */
export const withProcessDev = (flags: readonly string[], body: (dev: TestDev) => Promise<void>): Promise<void> =>
  runDev(body, ['--driver', 'process', ...flags], null)

const runDev = async (
  body: (dev: TestDev) => Promise<void>,
  flags: readonly string[],
  engine: string | null,
): Promise<void> => {
  const dir = mkdtempSync(join(tmpdir(), 'ork-dev-'))
  const data = join(dir, 'data')
  const service = testService({
    name: 'dev',
    dir,
    args: ['dev', ...flags, '--data', data],
    env: engine === null ? {} : { DOCKER_HOST: `unix://${engine}` },
    ready: /Ctrl-C ends the cluster/,
  })
  const sessions: DevSession[] = []
  const session = async (): Promise<DevSession> => {
    const url = [...service.log().matchAll(/at (nats:\S+),/g)].at(-1)?.[1]
    if (url === undefined) throw new Error(`ork dev did not say where its nats-server is:\n${service.log()}`)
    const connection = await mustConnect({ servers: url })
    const opened = { url, connection, log: new Observer(connection), ...clientOf(connection) }
    sessions.push(opened)
    return opened
  }
  try {
    await body({ service, engine: engine ?? '', session })
  } catch (cause) {
    console.error(`=== ork dev\n${service.log()}\n=== the log\n${sessions.at(-1)?.log.lastEvents() ?? ''}`)
    throw cause
  } finally {
    const clusters = new Set(sessions.map(({ connection }) => connection.log.cluster))
    await Promise.all(sessions.map(({ connection }) => connection.close()))
    await service.end()
    for (const cluster of clusters) {
      if (engine === null) await removeProcesses(data, cluster, 'w1')
      else await removeDockerContainers(engine, cluster)
    }
    rmSync(dir, { recursive: true, force: true, maxRetries: 5 })
  }
}

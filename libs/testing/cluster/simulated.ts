import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as E from 'fp-ts/Either'
import pino from 'pino'
import { simulatedDriver } from '#libs/drivers'
import type { Connection } from '#libs/log'
import { startWorker } from '#services/worker'
import { mustConnect } from '../jetStream'

/** Real workers in the test's own process, whose containers are simulated: thousands of them cost next to nothing. */
export interface SimulatedWorkers {
  /** The containers that run, as `job.task.index#attempt`; one that runs twice is there twice. */
  running(): Promise<string[]>
  /** The first so many are heard of no more, from one moment to the next. */
  lose(count: number): Promise<void>
  stop(): Promise<void>
}

/** Resolves when all of them (`sim-1` and so on) have joined the cluster at these servers. */
export const simulatedWorkers = async (servers: string, count: number): Promise<SimulatedWorkers> => {
  const dir = mkdtempSync(join(tmpdir(), 'ork-simulated-'))
  const names = Array.from({ length: count }, (_, index) => `sim-${index + 1}`)
  const driver = simulatedDriver()
  const connections = await Promise.all(names.map(() => mustConnect({ servers, create: false })))
  const start = async (name: string, index: number) => {
    const connection = connections[index] as Connection
    const logger = pino({ level: 'silent' })
    return startWorker({ connection, name, logger, drivers: [driver], dir: join(dir, name) })
  }
  const workers = await Promise.all(names.map(start))
  const listed = async (worker: string): Promise<string[]> => {
    const list = await driver.list({ cluster: connections[0]?.log.cluster ?? '', worker })
    if (E.isLeft(list)) throw new Error(list.left.what)
    const runs = list.right.filter(({ state }) => state === 'running')
    return runs.map(({ ref }) => `${ref.job}.${ref.task}.${ref.index}#${ref.attempt}`)
  }
  return {
    running: async () => (await Promise.all(names.map(listed))).flat().sort(),
    lose: async (lost) => {
      await Promise.all(connections.slice(0, lost).map((connection) => connection.close()))
    },
    stop: async () => {
      await Promise.all(workers.map((worker) => worker.stop()))
      await Promise.all(connections.map((connection) => connection.close()))
      rmSync(dir, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

import pino from 'pino'
import { simulatedDriver } from '#libs/drivers'
import type { Resources } from '#libs/kernel'
import { startSimulatedWorker } from '#services/worker'
import { mustConnect } from '../server'
import { Hub, type Line } from './hub'

/** What the bench asks of the process of its workers. */
export type FleetRequest = { readonly ask: 'running' } | { readonly ask: 'lose'; readonly count: number }

export type FleetReply =
  | { readonly tag: 'ready' }
  | { readonly tag: 'running'; readonly running: number }
  | { readonly tag: 'lost' }

/** 32 cores and 64 GiB: room for some 250 of the instances that the bench asks for. */
const CAPACITY: Resources = { cpuMilli: 32_000, memoryBytes: 64 * 2 ** 30, diskBytes: 2 ** 40 }
/** Workers that join at the same time. */
const AT_ONCE = 100

const tell = (reply: FleetReply): void => void process.send?.(reply)

/** Real workers in one process, whose containers are simulated. Run by `startFleet`; ends with who started it. */
const main = async ([url = '', count = '0']: readonly string[]): Promise<void> => {
  const connection = await mustConnect({ servers: url, create: false })
  const hub = new Hub(connection)
  await hub.caughtUp
  const drivers = [simulatedDriver()]
  const logger = pino({ level: process.env.ORK_LOG_LEVEL ?? 'error' }, pino.destination(2))
  const names = Array.from({ length: Number(count) }, (_, index) => `sim-${index + 1}`)
  const lines = new Map<string, Line>(names.map((name) => [name, hub.line(name)]))
  const start = async (name: string) => {
    const { connection: own } = lines.get(name) as Line
    return startSimulatedWorker({ connection: own, name, logger, drivers, capacity: CAPACITY })
  }
  const workers: Awaited<ReturnType<typeof start>>[] = []
  for (let at = 0; at < names.length; at += AT_ONCE) {
    workers.push(...(await Promise.all(names.slice(at, at + AT_ONCE).map(start))))
  }
  const running = (): number => {
    let sum = 0
    for (const { view } of workers) {
      if (!lines.has(view.name)) continue
      for (const job of view.cluster.jobs.values()) for (const { counts } of job.tasks.values()) sum += counts.running
    }
    return sum
  }
  process.on('message', (request: FleetRequest) => {
    if (request.ask === 'running') return tell({ tag: 'running', running: running() })
    for (const [name, line] of [...lines].slice(0, request.count)) {
      line.cut()
      lines.delete(name)
    }
    tell({ tag: 'lost' })
  })
  tell({ tag: 'ready' })
}

process.on('disconnect', () => process.exit())
main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error)
  process.exit(1)
})

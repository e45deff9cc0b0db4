import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import type { Connection } from '#libs/log'
import { createLogger } from '#libs/runtime'
import { advanceSnapshot, DEFAULT_KEEPER, listSnapshots, NO_SNAPSHOTS } from '#libs/snapshots'
import { startManager } from '#services/manager'
import { type Bench, type Figure, median, rounded } from './figure'
import { fill } from './fill'
import { history } from './history'
import { mustConnect, withServer } from './server'

/** A manager takes a snapshot every so many events; half as many have come after the newest on average. */
const EVERY = DEFAULT_KEEPER.everyEvents
const TAIL = EVERY / 2

const warn = (cause: unknown): void => console.error(cause)

/** From the start to being ready, in seconds. */
const start = async (url: string): Promise<number> => {
  const connection = await mustConnect({ servers: url })
  const begun = performance.now()
  const manager = await startManager({ connection, name: 'm1', logger: createLogger('bench'), keeper: NO_SNAPSHOTS })
  const took = (performance.now() - begun) / 1_000
  await manager.stop()
  await connection.close()
  return took
}

const times = async (rounds: number, work: () => Promise<number>): Promise<number> => {
  const took: number[] = []
  for (let round = 0; round < rounds; round += 1) took.push(await work())
  return median(took)
}

/** How long it took, in seconds, and how long anything else had to wait meanwhile at most, in milliseconds. */
const watched = async (work: () => Promise<unknown>) => {
  const delays = monitorEventLoopDelay({ resolution: 1 })
  delays.enable()
  const begun = performance.now()
  await work()
  const seconds = (performance.now() - begun) / 1_000
  delays.disable()
  return { seconds, stallMs: delays.max / 1e6 }
}

/** Work in slices of 2 ms: what stalls this is others' work on the machine. */
const slices = async (seconds: number): Promise<void> => {
  const end = performance.now() + seconds * 1_000
  while (performance.now() < end) {
    const slice = performance.now() + 2
    while (performance.now() < slice);
    await nextTurn()
  }
}

/** What taking the next snapshot costs the one who takes it, beside work in slices that this machine allows. */
const reportTaking = async (report: (figure: Figure) => void, connection: Connection): Promise<void> => {
  const taking = await watched(() => advanceSnapshot(connection, warn))
  const limit = await watched(() => slices(taking.seconds))
  const [snapshot] = await listSnapshots(connection)
  report({ name: 'restart.take', value: rounded(taking.seconds), unit: 's', n: 1, of: EVERY })
  report({ name: 'restart.take.stall', value: rounded(taking.stallMs), unit: 'ms', n: 1, of: EVERY, goal: 50 })
  report({ name: 'restart.take.stall-limit', value: rounded(limit.stallMs), unit: 'ms', n: 1 })
  report({ name: 'restart.take.size', value: snapshot?.bytes ?? 0, unit: 'bytes', n: 1 })
}

/** A manager's start on a long log, from its first event and from a snapshot. */
export const bench: Bench = async (report, args) => {
  const { values } = parseArgs({
    args: [...args],
    options: { events: { type: 'string', default: '1000000' }, rounds: { type: 'string', default: '3' } },
  })
  const [of, n] = [Number(values.events), Number(values.rounds)]
  await withServer(false, async (url) => {
    const connection = await mustConnect({ servers: url })
    const events = history(of + TAIL)
    await fill(connection.log, events, of - EVERY)
    await advanceSnapshot(connection, warn)
    await fill(connection.log, events, EVERY)
    await reportTaking(report, connection)
    await fill(connection.log, events, TAIL)
    report({ name: 'restart.snapshot', value: rounded(await times(n, () => start(url))), unit: 's', n, of: of + TAIL })
    for (const { name } of await listSnapshots(connection)) await connection.objects.remove(name)
    report({ name: 'restart.log', value: rounded(await times(n, () => start(url))), unit: 's', n, of: of + TAIL })
    await connection.close()
  })
}

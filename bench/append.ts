import { parseArgs } from 'node:util'
import { type OrkEvent, stamp, subjectOf } from '#libs/events'
import { type AppendResult, bare, type Log, type SyncMode } from '#libs/log'
import { type Bench, median, medianRatio, rounded } from './figure'
import { mustConnect, withServer } from './server'

const CALL = 1_000
const CALLS_AT_ONCE = 8
const TASKS = 1_000

let made = 0

/** Decisions of about 300 bytes, each about an instance of its own: what a scheduler writes after a large submit. */
const decisions = (count: number): OrkEvent[] =>
  Array.from({ length: count }, () => {
    made += 1
    const place = { job: `job-${made % 10}`, task: `task-${made % TASKS}`, index: Math.floor(made / TASKS) }
    const data = { ...place, worker: `w${made % 20}`, attempt: 1, version: 1, policy: 'spread', asOf: made }
    const id = `01JD8Q0000${String(made).padStart(16, '0')}`
    return stamp({ type: 'TaskScheduled', data }, { id, source: 'scheduler/s1', time: Date.now(), epoch: 1 })
  })

/** Milliseconds for all of them, in several calls at once, as busy services have. */
const appendAll = async (log: Log, events: readonly OrkEvent[]): Promise<number> => {
  const start = performance.now()
  let next = 0
  const refused: AppendResult[] = []
  const lane = async (): Promise<void> => {
    while (next < events.length) {
      const items = events.slice(next, next + CALL).map((event) => ({ event, expect: 0 }))
      next += CALL
      refused.push(...(await log.append(items)).filter(({ tag }) => tag !== 'Stored'))
    }
  }
  await Promise.all(Array.from({ length: CALLS_AT_ONCE }, lane))
  if (refused.length > 0) throw new Error(`${refused.length} were not stored: ${JSON.stringify(refused[0])}`)
  return performance.now() - start
}

interface Rates {
  readonly ours: readonly number[]
  readonly limits: readonly number[]
}

const measure = async (sync: SyncMode, count: number, rounds: number): Promise<Rates> => {
  const ours: number[] = []
  const limits: number[] = []
  await withServer(sync === 'always', async (url) => {
    const { log, close } = await mustConnect({ servers: url, sync })
    const other = await mustConnect({ servers: url, prefix: 'bare', sync })
    for (let round = 0; round <= rounds; round += 1) {
      const events = decisions(count)
      const subjects = events.map((event) => subjectOf('bare', event))
      const bytes = events.map((event) => Buffer.from(JSON.stringify(event)))
      const ourMs = await appendAll(log, events)
      const limitMs = await bare.publishAll(url, subjects, bytes)
      if (round === 0) continue // compiles the code and touches the files
      ours.push((count / ourMs) * 1_000)
      limits.push((count / limitMs) * 1_000)
    }
    await Promise.all([close(), other.close()])
  })
  return { ours, limits }
}

const optionsOf = (args: readonly string[]) => {
  const { values } = parseArgs({
    args: [...args],
    options: { events: { type: 'string', default: '50000' }, rounds: { type: 'string', default: '7' } },
  })
  return { of: Number(values.events), n: Number(values.rounds) }
}

/** Decisions with compare-and-set through the log, beside bare pipelined publishes of the same bytes. */
export const bench: Bench = async (report, args) => {
  const { of: events, n } = optionsOf(args)
  for (const sync of ['relaxed', 'always'] as const) {
    const of = sync === 'always' ? Math.ceil(events / 5) : events
    const { ours, limits } = await measure(sync, of, n)
    const goal = sync === 'always' ? 20_000 : 80_000
    report({ name: `append.${sync}.decisions`, value: rounded(median(ours)), unit: '/s', n, of, goal })
    report({ name: `append.${sync}.bare`, value: rounded(median(limits)), unit: '/s', n, of })
    const aim = sync === 'relaxed' ? { goal: 0.8 } : {}
    report({ name: `append.${sync}.ratio`, value: rounded(medianRatio(ours, limits)), unit: 'ratio', n, of, ...aim })
  }
}

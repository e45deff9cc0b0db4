import { parseArgs } from 'node:util'
import { addressOf, type OrkEvent, stamp } from '#libs/events'
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
    const data = { ...place, worker: `w${made % 20}`, attempt: 1, version: 1, policy: 'spread', asOf: made, ports: [] }
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

type Contender = 'decisions' | 'bare' | 'bare-cas'
type Rates = Readonly<Record<Contender, readonly number[]>>

/** With an fsync for each write, the headers of a bare publish weigh nothing beside it. */
const contendersFor = (sync: SyncMode): readonly Contender[] =>
  sync === 'relaxed' ? ['decisions', 'bare', 'bare-cas'] : ['decisions', 'bare']

/** The same bytes, ready to be sent, with the headers that compare-and-set takes or without any. */
const readyMade = (prefix: string, events: readonly OrkEvent[], cas: boolean): bare.BarePublish[] =>
  events.map((event) => {
    const { subject, filter } = addressOf(prefix, event)
    const payload = Buffer.from(JSON.stringify(event))
    return cas ? { subject, payload, headers: casHeaders(filter) } : { subject, payload }
  })

const casHeaders = (filter: string): Uint8Array => {
  const expected = 'Nats-Expected-Last-Subject-Sequence'
  return Buffer.from(`NATS/1.0\r\n${expected}: 0\r\n${expected}-Subject: ${filter}\r\n\r\n`)
}

/** Rates of all contenders, each round by turns on the same server. */
const measure = async (sync: SyncMode, count: number, rounds: number): Promise<Rates> => {
  const rates: Record<Contender, number[]> = { decisions: [], bare: [], 'bare-cas': [] }
  await withServer(sync === 'always', async (url) => {
    const { log, close } = await mustConnect({ servers: url, sync })
    const plain = await mustConnect({ servers: url, prefix: 'bare', sync })
    const cas = await mustConnect({ servers: url, prefix: 'cas', sync })
    for (let round = 0; round <= rounds; round += 1) {
      const events = decisions(count)
      const runs: Record<Contender, () => Promise<number>> = {
        decisions: () => appendAll(log, events),
        bare: () => bare.publishAll(url, readyMade('bare', events, false)),
        'bare-cas': () => bare.publishAll(url, readyMade('cas', events, true)),
      }
      for (const name of contendersFor(sync)) {
        const ms = await runs[name]()
        if (round > 0) rates[name].push((count / ms) * 1_000) // the first compiles the code and touches the files
      }
    }
    await Promise.all([close(), plain.close(), cas.close()])
  })
  return rates
}

const optionsOf = (args: readonly string[]) => {
  const { values } = parseArgs({
    args: [...args],
    options: { events: { type: 'string', default: '50000' }, rounds: { type: 'string', default: '7' } },
  })
  return { of: Number(values.events), n: Number(values.rounds) }
}

/**
 * Decisions with compare-and-set through the log, beside bare pipelined publishes of the same bytes, and beside bare
 * ones with the same headers: what compare-and-set by itself costs the client and the server.
 */
export const bench: Bench = async (report, args) => {
  const { of: events, n } = optionsOf(args)
  for (const sync of ['relaxed', 'always'] as const) {
    const of = sync === 'always' ? Math.ceil(events / 5) : events
    const rates = await measure(sync, of, n)
    for (const name of contendersFor(sync)) {
      const aim = name === 'decisions' ? { goal: sync === 'always' ? 20_000 : 80_000 } : {}
      report({ name: `append.${sync}.${name}`, value: rounded(median(rates[name])), unit: '/s', n, of, ...aim })
    }
    const ratio = (of: Contender, to: Contender): number => rounded(medianRatio(rates[of], rates[to]))
    const shape = { unit: 'ratio', n, of }
    const aim = sync === 'relaxed' ? { goal: 0.8 } : {}
    report({ name: `append.${sync}.ratio`, value: ratio('decisions', 'bare'), ...shape, ...aim })
    if (sync === 'always') continue
    report({ name: `append.${sync}.ratio-to-cas`, value: ratio('decisions', 'bare-cas'), ...shape })
    report({ name: `append.${sync}.bare-cas-ratio`, value: ratio('bare-cas', 'bare'), ...shape })
  }
}

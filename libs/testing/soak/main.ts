// The soak: `npm run soak -- [--minutes M] [--seed S]`. Three nats-servers, managers, schedulers and workers as real
// processes, killed and stalled every few seconds while jobs are submitted, changed and stopped; at the end the log is
// held against the simulator's promises. Exits with 0 when all are kept, else with 1.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { causeText } from '#libs/kernel'
import { assertOneContainerEach, dice, isSettled, type Restless, untilWhole, user, withClusterOn } from '../cluster'
import { startTestNatsCluster } from '../nats'
import { runOrk } from '../ork'
import { chooseFault, type SoakCluster, SPARED } from './faults'
import { COLLECTED_DIR, type Figures, figuresOf, leaksIn, readCollected } from './memory'
import { type Confirmed, doublesIn, lostIn, violationsIn } from './verdict'

const SETTLE_MS = 180_000
const TELL_MS = 60_000
/** Long: what is to be found out is whether it comes back, and how long it took is told. */
const READY_MS = 180_000
/** A fault that takes so much longer than it was to last is told of. */
const SLOW_MS = 15_000

const say = (line: object): void => console.log(JSON.stringify(line))

interface Soak {
  readonly cluster: SoakCluster
  readonly restless: Restless
  readonly roll: (n: number) => number
  readonly until: number
  readonly confirmed: Confirmed[]
  readonly faults: Record<string, number>
  /** Where the services write what they hold. */
  readonly collected: string
}

const isOver = ({ until }: Soak): boolean => performance.now() >= until

const users = async (soak: Soak): Promise<void> => {
  while (!isOver(soak)) {
    await user(soak.restless)
    await pause(300)
  }
}

const troubles = async (soak: Soak): Promise<void> => {
  while (!isOver(soak)) {
    const fault = chooseFault(soak.cluster, soak.roll)
    soak.faults[fault.name] = (soak.faults[fault.name] ?? 0) + 1
    const at = new Date().toISOString().slice(11, 23)
    const seq = soak.cluster.log.view.seq
    const begun = performance.now()
    await fault.happen()
    const tookMs = Math.round(performance.now() - begun)
    soak.restless.told.push(`${at} ${fault.name}, ${tookMs} ms`)
    if (tookMs > SLOW_MS) say({ slow: fault.name, at, tookMs, seq, seqAfter: soak.cluster.log.view.seq })
    await pause(soak.roll(3_000))
  }
}

const progress = async (soak: Soak): Promise<void> => {
  while (!isOver(soak)) {
    await pause(Math.min(TELL_MS, Math.max(0, soak.until - performance.now())))
    say({ events: soak.cluster.log.view.seq, submits: soak.confirmed.length, faults: soak.faults })
  }
}

/** Of the services that were never killed; those of the others are too young to say anything. */
const memoryOf = ({ cluster, collected }: Soak): ReadonlyMap<string, Figures> =>
  new Map(
    cluster.services
      .filter(({ name }) => SPARED.includes(name))
      .map((service) => [service.name, figuresOf(readCollected(collected, service.name, service.pid()))]),
  )

/** Everything that is wrong in the end, once nothing is disturbed any more. */
const judge = async (soak: Soak): Promise<readonly string[]> => {
  const { cluster, restless, confirmed } = soak
  const { log, nats } = cluster
  const wrong: string[] = []
  const note = (cause: unknown): void => void wrong.push(causeText(cause))
  await log.until('all is as it was asked for', () => isSettled(restless), SETTLE_MS).catch(note)
  await assertOneContainerEach(cluster).catch(note)
  await untilWhole(cluster.connection).catch(note)
  const verified = await runOrk(['replay', '--verify'], { nats: nats.url })
  if (verified.code !== 0) wrong.push(`ork replay --verify: ${verified.stdout}${verified.stderr}`)
  const { entries } = log
  wrong.push(...violationsIn(entries))
  wrong.push(...lostIn(entries, confirmed).map((what) => `lost: ${what}`))
  wrong.push(...doublesIn(restless.dir, entries).map((what) => `ran twice: ${what}`))
  for (const [name, figures] of memoryOf(soak)) wrong.push(...leaksIn(name, figures))
  return wrong
}

/** What was done, and what the servers said of it. */
const tellAll = ({ restless, cluster: { nats, log } }: Soak): void => {
  const twice = new Set(doublesIn(restless.dir, log.entries).map((name) => name.replace(/^ork-|-\d+$/g, '')))
  for (const { seq, event } of log.entries) {
    if (event.type === 'Unreadable' || !('index' in event.data)) continue
    const { job, task, index } = event.data
    if (twice.has(`${job}-${task}-${index}`)) console.error(seq, event.time, event.type, JSON.stringify(event.data))
  }
  console.error(restless.told.slice(-40).join('\n'))
  for (const { name, logFile } of nats.servers) {
    console.error(`=== ${name}\n${readFileSync(logFile, 'utf8').split('\n').slice(-60).join('\n')}`)
  }
}

const run = async (minutes: number, seed: number): Promise<boolean> => {
  const dir = mkdtempSync(join(tmpdir(), 'ork-soak-'))
  const collected = mkdtempSync(join(tmpdir(), 'ork-soak-memory-'))
  const env = { NODE_OPTIONS: `--require ${join(__dirname, 'collect.js')}`, [COLLECTED_DIR]: collected }
  let kept = false
  const nats = await startTestNatsCluster({ sync: true })
  await withClusterOn(
    nats,
    { driver: 'process', managers: 2, schedulers: 2, workers: 3, replicas: 3, readyMs: READY_MS, env },
    async (cluster) => {
      const confirmed: Confirmed[] = []
      const client: Restless['cluster'] = {
        ...cluster,
        submit: async (spec, timeoutMs) => {
          const reply = await cluster.submit(spec, timeoutMs)
          confirmed.push({ spec, reply })
          return reply
        },
      }
      const restless: Restless = { cluster: client, dir, roll: dice(seed), wanted: new Map(), told: [] }
      const until = performance.now() + minutes * 60_000
      const soak: Soak = { cluster, restless, roll: dice(seed + 1), until, confirmed, faults: {}, collected }
      const went = await Promise.all([users(soak), troubles(soak), progress(soak)]).then(
        () => [],
        (cause: unknown) => [`the soak could not go on: ${causeText(cause)}`],
      )
      const wrong = [...went, ...(await judge(soak))]
      const { leaders, ignored, seq: events } = cluster.log.view
      const elections = { manager: leaders.manager.epoch, scheduler: leaders.scheduler.epoch }
      const lost = cluster.log.all('WorkerLost').length
      const submits = confirmed.length
      say({ minutes, seed, events, submits, faults: soak.faults, elections, ignored, workersLost: lost })
      say({ memory: Object.fromEntries(memoryOf(soak)) })
      for (const what of wrong) say({ wrong: what })
      say({ promises: wrong.length === 0 ? 'all kept' : `${wrong.length} broken` })
      if (wrong.length > 0) tellAll(soak)
      kept = wrong.length === 0
    },
  )
  for (const made of [dir, collected]) rmSync(made, { recursive: true, force: true, maxRetries: 5 })
  return kept
}

const { values } = parseArgs({
  options: { minutes: { type: 'string', default: '30' }, seed: { type: 'string', default: String(Date.now() % 1e6) } },
})
run(Number(values.minutes), Number(values.seed)).then(
  (kept) => process.exit(kept ? 0 : 1),
  (cause: unknown) => {
    console.error(cause)
    process.exit(1)
  },
)

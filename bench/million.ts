import { setTimeout as pause } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { type Bench, type Figure, rounded } from './figure'
import { bareRate } from './million/bareRate'
import { type BenchCluster, type BenchClusterOptions, startBenchCluster } from './million/cluster'
import { jobsWith, submitAll } from './million/jobs'
import { bytesBelow, load, type Usage, usedBetween } from './million/processes'
import { Progress } from './million/progress'
import { readWritten, type Written } from './million/written'

const INSTANCES = 1_000_000
/** Instances to a worker: as many as it takes for a million on 5,000. */
const PER_WORKER = 200
/** Without any change for so long it is given up. */
const PATIENCE_MS = 60_000
const IDLE_MS = 10_000
/** Events that are enough to know the bare rate. */
const BARE = 200_000

type Report = (figure: Figure) => void

interface Run {
  readonly begunAt: number
  readonly doneAt: number
  readonly progress: Progress
  readonly used: readonly (readonly [string, Usage])[]
  readonly written: Written
  readonly bytes: number
  readonly load: number
  readonly bareRate: number
}

/** What signs of life cost while nothing else goes on: shares of one core, by process. */
const reportIdle = async (report: Report, name: string, cluster: BenchCluster, workers: number): Promise<void> => {
  const before = cluster.usages()
  const begun = performance.now()
  await pause(IDLE_MS)
  const seconds = (performance.now() - begun) / 1_000
  for (const [role, { cpu }] of usedBetween(before, cluster.usages())) {
    report({ name: `${name}.${role}`, value: rounded(cpu / seconds), unit: 'cores', n: 1, of: workers, goal: 0.1 })
  }
}

/** From the submits until every instance runs in every view. */
const measure = async (cluster: BenchCluster, instances: number, durable: boolean): Promise<Run> => {
  const { lastSeq } = await cluster.connection.log.info()
  const bytes = bytesBelow(cluster.store)
  const before = cluster.usages()
  const progress = new Progress(cluster, instances)
  const begunAt = Date.now()
  await Promise.all([submitAll(cluster.url, jobsWith(instances)), progress.all(PATIENCE_MS)])
  const doneAt = Date.now()
  const used = usedBetween(before, cluster.usages())
  const busy = load()
  const written = await readWritten(cluster.connection, lastSeq + 1, instances)
  const stored = bytesBelow(cluster.store) - bytes
  const bare = await bareRate(cluster, lastSeq + 1, Math.min(written.events, BARE), durable)
  return { begunAt, doneAt, progress, used, written, bytes: stored, load: busy, bareRate: bare }
}

const reportRun = (report: Report, name: string, of: number, run: Run): void => {
  const { begunAt, doneAt, progress, used, written } = run
  const full = of === INSTANCES
  const tell = (what: string, value: number, unit: string, goal?: number): void =>
    report({ name: `${name}.${what}`, value: rounded(value), unit, n: 1, of, ...(goal === undefined ? {} : { goal }) })
  const seconds = (doneAt - begunAt) / 1_000
  tell('load', run.load, 'processes')
  tell('placements', written.placements / written.placingSeconds, '/s', 8_100)
  tell('events', (written.placements + written.starts) / seconds, '/s')
  tell('bare', run.bareRate, '/s')
  tell('others', written.others, 'events')
  tell('time.50', (progress.reached(0.5) - begunAt) / 1_000, 's')
  tell('time.99', (progress.reached(0.99) - begunAt) / 1_000, 's')
  tell('time.100', seconds, 's', full ? 120 : undefined)
  const latency = (share: number): number => written.latencies[Math.floor(of * share)] ?? Number.NaN
  tell('latency.p50', latency(0.5), 'ms')
  tell('latency.p99', latency(0.99), 'ms')
  for (const [role, { cpu, memory }] of used) {
    tell(`${role}.cpu`, cpu, 's')
    tell(`${role}.cpu-each`, (cpu * 1e6) / (written.placements + written.starts), 'us')
    tell(`${role}.memory`, memory / 2 ** 20, 'MiB')
  }
  tell('disk', run.bytes / 2 ** 20, 'MiB')
  if (written.placements !== of || written.starts !== of) {
    throw new Error(`${of} instances took ${written.placements} placements and ${written.starts} starts`)
  }
}

/** One run of so many instances on a cluster of its own. */
const runOnce = async (report: Report, instances: number, options: BenchClusterOptions) => {
  const cluster = await startBenchCluster(options)
  try {
    await reportIdle(report, `million.${instances}.heartbeats`, cluster, options.workers)
    reportRun(report, `million.${instances}`, instances, await measure(cluster, instances, options.durable))
  } finally {
    await cluster.stop()
  }
}

const optionsOf = (args: readonly string[]) => {
  const { values } = parseArgs({
    args: [...args],
    options: {
      instances: { type: 'string', default: String(INSTANCES) },
      workers: { type: 'string' },
      relaxed: { type: 'boolean', default: false },
      profiles: { type: 'string' },
      keep: { type: 'string' },
    },
  })
  const { relaxed, profiles, keep } = values
  const sizes = values.instances.split(',').map(Number)
  const folders = { ...(profiles === undefined ? {} : { profiles }), ...(keep === undefined ? {} : { keep }) }
  return { sizes, workers: values.workers, durable: !relaxed, ...folders }
}

/**
 * A million instances on 5,000 workers, whose containers are simulated: submitted by `ork submit`, through a real
 * nats-server that keeps them on the disk, placed and started by the services in processes of their own, until all run
 * in every view. `--instances` takes several sizes (1/100, 1/10, full), each with a cluster of its own. `--keep DIR` leaves
 * the log there, for `nats-server -c DIR/server.conf` to serve; `--profiles DIR` a profile of each service.
 */
export const bench: Bench = async (report, args) => {
  const { sizes, workers, ...options } = optionsOf(args)
  for (const instances of sizes) {
    const fleet = Number(workers ?? Math.max(1, Math.ceil(instances / PER_WORKER)))
    await runOnce(report, instances, { ...options, workers: fleet })
  }
}

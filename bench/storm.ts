import { parseArgs } from 'node:util'
import { apiSubject } from '#libs/api'
import { type Bench, type Figure, rounded } from './figure'
import { type BenchCluster, startBenchCluster } from './million/cluster'
import { jobsWith, submitAll } from './million/jobs'
import { load, usedBetween } from './million/processes'
import { Progress } from './million/progress'

type Report = (figure: Figure) => void

/** Without any change for so long it is given up. */
const PATIENCE_MS = 60_000
const API_MS = 60_000

interface Storm {
  readonly name: string
  readonly instances: number
  /** How many are to be replaced. */
  readonly moved: number
  readonly progress: Progress
  /** Lets it break out. */
  readonly begin: () => Promise<unknown>
}

/** From its outbreak, and from when it was first seen that not all run, until all run again in every view. */
const measure = async (report: Report, cluster: BenchCluster, storm: Storm): Promise<void> => {
  const { name, moved, progress } = storm
  const before = cluster.usages()
  const begunAt = Date.now()
  const [doneAt] = await Promise.all([progress.all(PATIENCE_MS).then(() => Date.now()), storm.begin()])
  const tell = (what: string, value: number, unit: string): void =>
    report({ name: `storm.${name}.${what}`, value: rounded(value), unit, n: 1, of: moved })
  tell('load', load(), 'processes')
  tell('time', (doneAt - begunAt) / 1_000, 's')
  tell('replacing', (doneAt - progress.dropped) / 1_000, 's')
  for (const [role, { cpu, memory }] of usedBetween(before, cluster.usages())) {
    tell(`${role}.cpu`, cpu, 's')
    tell(`${role}.memory`, memory / 2 ** 20, 'MiB')
  }
}

/** Some workers vanish from one moment to the next: what they had is replaced once they are given up. */
const loss = async (cluster: BenchCluster, instances: number, count: number): Promise<Storm> => {
  await cluster.lose(count)
  const moved = instances - (await cluster.running())
  const progress = new Progress(
    cluster,
    instances,
    ({ workers, scheduling }) => workers.lost === count && scheduling.placements >= instances + moved,
  )
  return { name: 'loss', instances, moved, progress, begin: async () => {} }
}

/** The last workers are drained, all at once. */
const drain = (cluster: BenchCluster, instances: number, workers: number, count: number): Storm => {
  const { connection } = cluster
  const names = Array.from({ length: count }, (_, index) => `sim-${workers - index}`)
  const begin = () =>
    Promise.all(
      names.map((worker) => {
        const request = { worker, deadlineMs: null, reason: null, actor: 'bench' }
        return connection.bus.request(apiSubject(connection.prefix, 'drain'), request, API_MS)
      }),
    )
  const progress = new Progress(cluster, instances, ({ closed }) => closed.drained === count)
  return { name: 'drain', instances, moved: Math.round((instances * count) / (workers - count)), progress, begin }
}

const optionsOf = (args: readonly string[]) => {
  const { values } = parseArgs({
    args: [...args],
    options: {
      instances: { type: 'string', default: '100000' },
      workers: { type: 'string', default: '5000' },
      relaxed: { type: 'boolean', default: false },
      profiles: { type: 'string' },
    },
  })
  const { relaxed, profiles } = values
  const more = profiles === undefined ? {} : { profiles }
  return { instances: Number(values.instances), workers: Number(values.workers), durable: !relaxed, ...more }
}

/**
 * A tenth of the workers vanish at once while 100,000 instances run: until all are replaced. Then another tenth is drained:
 * until all run elsewhere, a tenth of each task at a time.
 */
export const bench: Bench = async (report, args) => {
  const { instances, ...options } = optionsOf(args)
  const count = Math.ceil(options.workers / 10)
  const cluster = await startBenchCluster(options)
  try {
    const begin = new Progress(cluster, instances)
    await Promise.all([submitAll(cluster.url, jobsWith(instances)), begin.all(PATIENCE_MS)])
    await measure(report, cluster, await loss(cluster, instances, count))
    await measure(report, cluster, drain(cluster, instances, options.workers, count))
  } finally {
    await cluster.stop()
  }
}

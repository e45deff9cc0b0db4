import { parseArgs } from 'node:util'
import { emptyCluster, evolve, ignoreChanges } from '#libs/cluster'
import { bare, type Connection, type Log } from '#libs/log'
import { type Bench, median, medianRatio, rounded } from './figure'
import { fill } from './fill'
import { history } from './history'
import { mustConnect, withServer } from './server'

/** Folds the whole log as a service does when it starts without a snapshot. Milliseconds. */
const fold = async (log: Log, count: number): Promise<number> => {
  const cluster = emptyCluster()
  const start = performance.now()
  const following = log.follow({
    from: 1,
    onEntries: (entries) => {
      for (const entry of entries) evolve(cluster, entry, ignoreChanges)
    },
  })
  await following.caughtUp
  const took = performance.now() - start
  await following.stop()
  const { stale, illegal } = cluster.ignored
  if (cluster.seq !== count || stale + illegal > 0) {
    throw new Error(`the fold went wrong: at ${cluster.seq} of ${count}, ${stale} stale, ${illegal} illegal`)
  }
  return took
}

const measure = async (url: string, { log }: Connection, count: number, rounds: number) => {
  const { stream } = await log.info()
  const ours: number[] = []
  const limits: number[] = []
  for (let round = 0; round < rounds; round += 1) {
    limits.push((count / (await bare.readAll(url, stream, count))) * 1_000)
    ours.push((count / (await fold(log, count))) * 1_000)
  }
  return { ours, limits }
}

const optionsOf = (args: readonly string[]) => {
  const { values } = parseArgs({
    args: [...args],
    options: { events: { type: 'string', default: '1000000' }, rounds: { type: 'string', default: '5' } },
  })
  return { of: Number(values.events), n: Number(values.rounds) }
}

/** Fold of the whole log from the first event, beside the bare read of the same messages. */
export const bench: Bench = async (report, args) => {
  const { of, n } = optionsOf(args)
  await withServer(false, async (url) => {
    const connection = await mustConnect({ servers: url })
    await fill(connection.log, history(of), of)
    const { ours, limits } = await measure(url, connection, of, n)
    report({ name: 'replay.fold', value: rounded(median(ours)), unit: '/s', n, of })
    report({ name: 'replay.bare', value: rounded(median(limits)), unit: '/s', n, of })
    report({ name: 'replay.ratio', value: rounded(medianRatio(ours, limits)), unit: 'ratio', n, of, goal: 0.5 })
    await connection.close()
  })
}

import {
  type Cluster,
  describeCluster,
  describeInstance,
  describeJobDetail,
  describeWorker,
  instancesOf,
} from '#libs/cluster'
import { OrkFailure, orkError } from '#libs/kernel'
import type { Log } from '#libs/log'
import { foldLog } from '../client/fold'
import { lastSeqOf, type Point } from '../client/point'
import { Interrupted } from '../failure'
import { stderr } from '../output'
import { renderCluster } from '../render/cluster'
import { escapeJson } from '../render/escape'
import { foldProgress } from '../render/foldProgress'
import type { Show } from './events'

export interface ReplayOptions extends Show {
  /** The moment to show; now when absent. */
  readonly to: Point | undefined
  readonly job: string | undefined
}

/** Folds the log from its first event and shows the cluster as it was then. Throws OrkFailure, and Interrupted. */
export const replay = async (log: Log, options: ReplayOptions): Promise<void> => {
  const { job, json, out } = options
  const to = options.to === undefined ? await log.lastSeq() : await lastSeqOf(log, options.to)
  const { cluster, time } = await foldWithProgress(log, to, 'folding', options.signal)
  if (job !== undefined && !cluster.jobs.has(job)) throw new OrkFailure(noSuchJob(cluster, job))
  if (json) {
    await out.write(`${escapeJson(JSON.stringify({ time, ...plain(cluster, job) }))}\n`)
    return
  }
  const now = options.to === undefined || time === null ? Date.now() : Date.parse(time)
  await out.write(`${renderCluster(cluster, time, job, { now, colours: out.colours })}\n`)
}

/** Folds, with a count on a terminal where it takes long. Throws Interrupted. */
export const foldWithProgress = async (
  log: Log,
  to: number,
  what: string,
  signal: AbortSignal,
  stops: { readonly stops?: readonly number[]; readonly onStop?: (seq: number, cluster: Cluster) => void } = {},
): Promise<{ readonly cluster: Cluster; readonly time: string | null }> => {
  const progress = foldProgress(stderr, what, to)
  try {
    return await foldLog(log, { to, signal, onProgress: progress.tell, ...stops })
  } catch (cause) {
    throw signal.aborted ? new Interrupted() : cause
  } finally {
    progress.end()
  }
}

const noSuchJob = (cluster: Cluster, job: string) =>
  orkError('NoSuchJob', `there was no job "${job}" at sequence ${cluster.seq}`, {
    next:
      cluster.jobs.size === 0
        ? 'there was none at all'
        : `there were: ${[...cluster.jobs.keys()].slice(0, 10).join(', ')}`,
  })

const plain = (cluster: Cluster, job: string | undefined) => ({
  ...describeCluster(cluster),
  jobs: [...cluster.jobs.values()].filter(({ name }) => job === undefined || name === job).map(describeJobDetail),
  instances: [...instancesOf(cluster, job)].map(describeInstance),
  workers: [...cluster.workers.values()].map(describeWorker),
})

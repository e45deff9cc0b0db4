import {
  type Cluster,
  describeCluster,
  describeInstance,
  describeJobDetail,
  describeWorker,
  emptyCluster,
  instancesOf,
} from '#libs/cluster'
import { OrkFailure, orkError } from '#libs/kernel'
import type { Connection, Log } from '#libs/log'
import { inArchive } from '../client/archived'
import { type FoldOptions, foldLog } from '../client/fold'
import { lastSeqOf, type Point } from '../client/point'
import { snapshotUpTo } from '../client/snapshot'
import { Interrupted } from '../failure'
import { stderr } from '../output'
import { renderCluster } from '../render/cluster'
import { toJson } from '../render/escape'
import { foldProgress } from '../render/foldProgress'
import type { Show } from './events'

export interface ReplayOptions extends Show {
  /** The moment to show; now when absent. */
  readonly to: Point | undefined
  readonly job: string | undefined
}

/** Shows the cluster as it was, folded from the log or from a snapshot of before. Throws OrkFailure, and Interrupted. */
export const replay = async (connection: Connection, options: ReplayOptions): Promise<void> => {
  const { log } = connection
  const { job, json, out } = options
  const to = await endOfReplay(log, options)
  const { cluster, time } = await clusterAt(connection, to, options.signal)
  if (job !== undefined && !cluster.jobs.has(job)) throw new OrkFailure(noSuchJob(cluster, job))
  if (json) {
    await out.write(`${toJson({ time, ...plain(cluster, job) })}\n`)
    return
  }
  const asked = options.to !== undefined && 'time' in options.to ? Math.min(options.to.time, Date.now()) : null
  const moment = time === null || asked === null ? time : new Date(asked).toISOString()
  const now = options.to === undefined || moment === null ? Date.now() : Date.parse(moment)
  await out.write(`${renderCluster(cluster, moment, job, { now, colours: out.colours })}\n`)
}

/**
 * The cluster as of a sequence, from the log or from a snapshot of before; a cluster that was folded to before is gone on
 * with, in place, unless a snapshot is nearer. Throws OrkFailure, and Interrupted.
 */
export const clusterAt = async (
  connection: Connection,
  seq: number,
  signal: AbortSignal,
  before: Cluster | null = null,
): Promise<{ readonly cluster: Cluster; readonly time: string | null }> => {
  const snapshot = (await snapshotUpTo(connection, seq))?.cluster ?? null
  const nearest = snapshot !== null && snapshot.seq > (before?.seq ?? 0) ? snapshot : before
  const base = nearest ?? (await firstBase(connection.log, seq))
  return foldWithProgress(connection.log, seq, 'folding', signal, { base })
}

/** The last sequence to fold. Says so where the moment asked for is yet to come. */
export const endOfReplay = async (log: Log, { to, json }: Pick<ReplayOptions, 'to' | 'json'>): Promise<number> => {
  const last = await log.lastSeq()
  if (to === undefined) return last
  const isToCome = 'seq' in to ? to.seq > last : to.time > Date.now()
  if (isToCome && !json) await stderr.write(`the log ends at sequence ${last}; nothing has happened after it yet\n`)
  return isToCome ? last : lastSeqOf(log, to)
}

/**
 * What a fold from the first event begins with: nothing. Throws OrkFailure where the log no longer begins there, unless
 * nothing is to be folded.
 */
export const firstBase = async (log: Log, to: number): Promise<Cluster> => {
  const { firstSeq, archived } = await log.info()
  if (firstSeq > 1 && to > 0) throw new OrkFailure(inArchive(1, firstSeq, archived))
  return emptyCluster()
}

/** Folds, with a count on a terminal where it takes long. Throws Interrupted. */
export const foldWithProgress = async (
  log: Log,
  to: number,
  what: string,
  signal: AbortSignal,
  more: Pick<FoldOptions, 'stops' | 'onStop' | 'base'> = {},
): Promise<{ readonly cluster: Cluster; readonly time: string | null }> => {
  const progress = foldProgress(stderr, what, to)
  try {
    return await foldLog(log, { to, signal, onProgress: progress.tell, ...more })
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
  instances: [...instancesOf(cluster, job)].map((one) => describeInstance(one, cluster.workers)),
  workers: [...cluster.workers.values()].map(describeWorker),
})

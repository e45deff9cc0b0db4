import { type Changes, type Cluster, emptyCluster, evolve, ignoreChanges } from '#libs/cluster'
import type { Entry } from '#libs/events'
import type { Log } from '#libs/log'

export interface FoldOptions {
  /** Last sequence to fold. */
  readonly to: number
  readonly signal: AbortSignal
  /** Told now and then how many are folded. */
  readonly onProgress?: (folded: number) => void
  /** Sequences at which `onStop` is to see the cluster: after the last entry at or before it. */
  readonly stops?: readonly number[]
  readonly onStop?: (seq: number, cluster: Cluster) => void
  readonly changes?: Changes
  /** What to begin with, in place: folded already up to its sequence. An empty cluster when absent. */
  readonly base?: Cluster
}

/** Folds the log, and says when the last event folded happened; null when there was none. */
export const foldLog = async (
  log: Log,
  { to, signal, onProgress, stops = [], onStop, changes = ignoreChanges, base }: FoldOptions,
): Promise<{ readonly cluster: Cluster; readonly time: string | null }> => {
  const cluster = base ?? emptyCluster()
  const from = cluster.seq + 1
  const due = [...new Set(stops)].sort((a, b) => a - b)
  let last: Entry | undefined
  const pass = (seq: number): void => {
    while (due[0] !== undefined && due[0] < seq) onStop?.(due.shift() ?? 0, cluster)
  }
  if (to >= from) {
    for await (const entries of log.read({ from, to })) {
      signal.throwIfAborted()
      for (const entry of entries) {
        pass(entry.seq)
        evolve(cluster, entry, changes)
        last = entry
      }
      onProgress?.(cluster.seq)
    }
  }
  pass(to + 1)
  last ??= (await log.at(cluster.seq)) ?? undefined
  return { cluster, time: last === undefined || last.event.type === 'Unreadable' ? null : last.event.time }
}

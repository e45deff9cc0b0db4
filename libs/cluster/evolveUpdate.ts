import type { EventOf } from '#libs/events'
import { ignoreIllegal, ignoreStray } from './ignore'
import type { Changes } from './model/changes'
import type { Cluster } from './model/cluster'
import type { Job, Update, UpdateState } from './model/job'

export type UpdateEvent = EventOf<
  'UpdateStarted' | 'UpdatePaused' | 'UpdateResumed' | 'UpdatePromoted' | 'UpdateSucceeded' | 'UpdateFailed'
>

/** For each event, from which state of an update it leads to which; `none`: before the first. */
const STEPS: Readonly<Record<UpdateEvent['type'], Partial<Record<UpdateState | 'none', UpdateState>>>> = {
  UpdateStarted: { none: 'running' },
  UpdatePaused: { running: 'paused' },
  UpdateResumed: { paused: 'running' },
  UpdatePromoted: { running: 'running', paused: 'paused' },
  UpdateSucceeded: { running: 'succeeded' },
  UpdateFailed: { running: 'failed' },
}

/** Folds how the update of a job to its current version fares; what was said of another version is ignored. */
export const evolveUpdate = (
  cluster: Cluster,
  seq: number,
  event: UpdateEvent,
  fresh: boolean,
  changes: Changes,
): void => {
  const job = cluster.jobs.get(event.data.job)
  if (job === undefined) return ignoreStray(cluster, seq, event)
  job.seq = seq
  if (fresh) step(cluster, job, event)
  changes.job(job) // also when ignored: a decision may have been refused because of this event
}

const step = (cluster: Cluster, job: Job, event: UpdateEvent): void => {
  const { type, data, time } = event
  const state = STEPS[type][job.update?.state ?? 'none']
  if (state === undefined || data.version !== job.version || job.state !== 'running') return ignoreIllegal(cluster)
  const since = Date.parse(time)
  const before: Update = job.update ?? { state, promoted: false, restart: false, since, reason: null }
  job.update = {
    state,
    promoted: before.promoted || type === 'UpdatePromoted',
    restart: before.restart,
    since: before.state === state ? before.since : since,
    reason: reasonAfter(before, event),
  }
}

/** Why it is paused or has failed; whoever promotes what is paused does not resume it. */
const reasonAfter = ({ reason }: Update, { type, data }: UpdateEvent): string | null => {
  if (type === 'UpdatePromoted') return reason
  return type === 'UpdatePaused' || type === 'UpdateFailed' ? data.reason : null
}

import { type Entry, EVENTS, type OrkEvent } from '#libs/events'
import { evolveControl } from './evolveControl'
import { evolveCron } from './evolveCron'
import { evolveJob } from './evolveJob'
import { evolveTask } from './evolveTask'
import { evolveUpdate } from './evolveUpdate'
import { evolveVersion } from './evolveVersion'
import { evolveWorker } from './evolveWorker'
import type { Changes } from './model/changes'
import type { Cluster } from './model/cluster'
import { quarantine } from './quarantine'

/**
 * Folds one entry into the cluster, in place, and tells `changes` what it touched. Total: an event that does not fit
 * is ignored and counted, one that cannot be read freezes its aggregate. Entries at or before `cluster.seq` were folded
 * already and change nothing.
 */
export const evolve = (cluster: Cluster, entry: Entry, changes: Changes): void => {
  if (entry.seq <= cluster.seq) return
  cluster.seq = entry.seq
  const { event } = entry
  if (event.type === 'Unreadable') {
    quarantine(cluster, entry.seq, event)
    return
  }
  const fresh = !isStale(cluster, event)
  if (!fresh) cluster.ignored.stale += 1
  switch (event.type) {
    case 'JobSubmitted':
    case 'JobScaled':
    case 'JobReverted':
      return evolveVersion(cluster, entry.seq, event, changes)
    case 'JobRestartRequested':
    case 'JobStopRequested':
    case 'JobTargeted':
    case 'JobStopped':
    case 'JobCompleted':
    case 'JobFailed':
    case 'JobPurged':
      return evolveJob(cluster, entry.seq, event, fresh, changes)
    case 'CronFired':
    case 'CronSkipped':
    case 'CronEnded':
      return evolveCron(cluster, entry.seq, event, fresh, changes)
    case 'UpdateStarted':
    case 'UpdatePaused':
    case 'UpdateResumed':
    case 'UpdatePromoted':
    case 'UpdateSucceeded':
    case 'UpdateFailed':
      return evolveUpdate(cluster, entry.seq, event, fresh, changes)
    case 'TaskUnplaceable':
    case 'TaskScheduled':
    case 'TaskRejected':
    case 'TaskPulling':
    case 'TaskHookStarted':
    case 'TaskHookEnded':
    case 'TaskStarted':
    case 'TaskHealthChanged':
    case 'TaskExited':
    case 'TaskRestarting':
    case 'TaskReplaceRequested':
    case 'TaskStopRequested':
    case 'TaskPreempted':
    case 'TaskStopped':
    case 'TaskCompleted':
    case 'TaskFailed':
    case 'TaskLost':
    case 'TaskRescheduled':
      return evolveTask(cluster, entry.seq, event, fresh, changes)
    case 'WorkerRegistered':
    case 'WorkerSuspected':
    case 'WorkerLost':
    case 'WorkerReturned':
    case 'WorkerLeft':
    case 'WorkerCordoned':
    case 'WorkerUncordoned':
    case 'WorkerLabelled':
    case 'WorkerDraining':
    case 'WorkerDrained':
    case 'WorkerForgotten':
    case 'WorkerDriverChanged':
      return evolveWorker(cluster, entry.seq, event, fresh, changes)
    case 'LeaderElected':
    case 'ManagerRegistered':
    case 'SchedulerRegistered':
    case 'PolicySet':
    case 'EventQuarantined':
    case 'QuarantineLifted':
    case 'RebalanceRequested':
    case 'RebalanceEnded':
      return evolveControl(cluster, entry.seq, event, fresh, changes)
    case 'WorkerHeartbeat':
      return // another stream's, with an order of its own
  }
}

/** A decision of an epoch that a newer leader has ended, whatever its writer believed. */
const isStale = (cluster: Cluster, event: OrkEvent): boolean => {
  const { nature, owner } = EVENTS[event.type]
  if (nature !== 'decision' || (owner !== 'manager' && owner !== 'scheduler')) return false
  return (event.epoch ?? 0) < cluster.leaders[owner].epoch
}

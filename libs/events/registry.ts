import type * as t from 'io-ts'
import { CronEnded } from './CronEnded'
import { CronFired } from './CronFired'
import { CronSkipped } from './CronSkipped'
import { EventQuarantined } from './EventQuarantined'
import type { Envelope } from './envelope'
import { JobCompleted } from './JobCompleted'
import { JobFailed } from './JobFailed'
import { JobPurged } from './JobPurged'
import { JobRestartRequested } from './JobRestartRequested'
import { JobReverted } from './JobReverted'
import { JobScaled } from './JobScaled'
import { JobStopped } from './JobStopped'
import { JobStopRequested } from './JobStopRequested'
import { JobSubmitted } from './JobSubmitted'
import { JobTargeted } from './JobTargeted'
import { LeaderElected } from './LeaderElected'
import { ManagerRegistered } from './ManagerRegistered'
import { PolicySet } from './PolicySet'
import { QuarantineLifted } from './QuarantineLifted'
import { RebalanceEnded } from './RebalanceEnded'
import { RebalanceRequested } from './RebalanceRequested'
import { SchedulerRegistered } from './SchedulerRegistered'
import { TaskCompleted } from './TaskCompleted'
import { TaskExited } from './TaskExited'
import { TaskFailed } from './TaskFailed'
import { TaskHealthChanged } from './TaskHealthChanged'
import { TaskHookEnded } from './TaskHookEnded'
import { TaskHookStarted } from './TaskHookStarted'
import { TaskLost } from './TaskLost'
import { TaskPreempted } from './TaskPreempted'
import { TaskPulling } from './TaskPulling'
import { TaskRejected } from './TaskRejected'
import { TaskReplaceRequested } from './TaskReplaceRequested'
import { TaskRescheduled } from './TaskRescheduled'
import { TaskRestarting } from './TaskRestarting'
import { TaskScheduled } from './TaskScheduled'
import { TaskStarted } from './TaskStarted'
import { TaskStopped } from './TaskStopped'
import { TaskStopRequested } from './TaskStopRequested'
import { TaskUnplaceable } from './TaskUnplaceable'
import { UpdateFailed } from './UpdateFailed'
import { UpdatePaused } from './UpdatePaused'
import { UpdatePromoted } from './UpdatePromoted'
import { UpdateResumed } from './UpdateResumed'
import { UpdateStarted } from './UpdateStarted'
import { UpdateSucceeded } from './UpdateSucceeded'
import { WorkerCordoned } from './WorkerCordoned'
import { WorkerDrained } from './WorkerDrained'
import { WorkerDraining } from './WorkerDraining'
import { WorkerDriverChanged } from './WorkerDriverChanged'
import { WorkerForgotten } from './WorkerForgotten'
import { WorkerHeartbeat } from './WorkerHeartbeat'
import { WorkerLabelled } from './WorkerLabelled'
import { WorkerLeft } from './WorkerLeft'
import { WorkerLost } from './WorkerLost'
import { WorkerRegistered } from './WorkerRegistered'
import { WorkerReturned } from './WorkerReturned'
import { WorkerSuspected } from './WorkerSuspected'
import { WorkerUncordoned } from './WorkerUncordoned'

/** The vocabulary: every event there is, by type. A new event is one file and one line here. */
export const EVENTS = {
  JobSubmitted,
  JobScaled,
  JobReverted,
  JobRestartRequested,
  JobStopRequested,
  JobTargeted,
  CronFired,
  CronSkipped,
  CronEnded,
  JobStopped,
  JobCompleted,
  JobFailed,
  JobPurged,
  UpdateStarted,
  UpdatePaused,
  UpdateResumed,
  UpdatePromoted,
  UpdateSucceeded,
  UpdateFailed,
  TaskScheduled,
  TaskUnplaceable,
  TaskRejected,
  TaskPulling,
  TaskHookStarted,
  TaskHookEnded,
  TaskStarted,
  TaskHealthChanged,
  TaskExited,
  TaskRestarting,
  TaskReplaceRequested,
  TaskStopRequested,
  TaskPreempted,
  TaskStopped,
  TaskCompleted,
  TaskFailed,
  TaskLost,
  TaskRescheduled,
  WorkerRegistered,
  WorkerSuspected,
  WorkerLost,
  WorkerReturned,
  WorkerLeft,
  WorkerCordoned,
  WorkerUncordoned,
  WorkerLabelled,
  WorkerDraining,
  WorkerDrained,
  WorkerForgotten,
  WorkerDriverChanged,
  WorkerHeartbeat,
  ManagerRegistered,
  SchedulerRegistered,
  PolicySet,
  LeaderElected,
  EventQuarantined,
  QuarantineLifted,
  RebalanceRequested,
  RebalanceEnded,
}

export type EventType = keyof typeof EVENTS

export type DataOf<T extends EventType> = t.TypeOf<(typeof EVENTS)[T]['data']>

/** An event of one type. */
export type EventOf<T extends EventType> = { [K in T]: Envelope<K, DataOf<K>> }[T]

/** Any event; `type` tells which. */
export type OrkEvent = EventOf<EventType>

export const EVENT_TYPES = Object.keys(EVENTS) as readonly EventType[]

export const isEventType = (text: string): text is EventType => Object.hasOwn(EVENTS, text)

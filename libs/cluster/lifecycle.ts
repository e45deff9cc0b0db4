import type { EventType } from '#libs/events'

/**
 * Where an instance stands. Of its current attempt: `scheduled` has a worker, `starting` is being fetched, created or
 * waits for its restart delay, `exited` waits for the worker's verdict, `stopping` was asked to end.
 */
export const INSTANCE_STATES = [
  'pending',
  'scheduled',
  'starting',
  'running',
  'exited',
  'stopping',
  'stopped',
  'completed',
  'failed',
  'lost',
] as const

export type InstanceState = (typeof INSTANCE_STATES)[number]

/** The states in which an instance holds its worker's resources and may have a container there. */
export const isPlaced = (state: InstanceState): boolean => {
  switch (state) {
    case 'scheduled':
    case 'starting':
    case 'running':
    case 'exited':
    case 'stopping':
      return true
    case 'pending':
    case 'stopped':
    case 'completed':
    case 'failed':
    case 'lost':
      return false
  }
}

/** The states that nothing leaves by itself. */
export const isOver = (state: InstanceState): boolean => state !== 'pending' && !isPlaced(state)

/** What is known of the health of an attempt that is checked: `starting` until the first verdict. */
export type Health = 'starting' | 'healthy' | 'unhealthy'

/** Why an attempt is unhealthy, as its reason. */
export const describeUnhealthy = (reason: string | null): string => `unhealthy: ${reason ?? 'for no known reason'}`

interface Standing {
  readonly state: InstanceState
  /** Null: it is not checked. */
  readonly health: Health | null
}

/** Whether the attempt runs, and is not known to be healthy though it is checked. */
export const isUnready = ({ state, health }: Standing): boolean =>
  state === 'running' && health !== null && health !== 'healthy'

/** Whether the attempt does what it is for: it serves, as far as that is checked, or has done its work. */
export const isUp = (attempt: Standing): boolean =>
  attempt.state === 'completed' || (attempt.state === 'running' && !isUnready(attempt))

/** The events of an attempt, in the order of its life. */
export type StepType = Extract<EventType, `Task${string}`>

type Steps = Readonly<Partial<Record<InstanceState, InstanceState>>>

const fromPlaced = (to: InstanceState): Steps => ({
  scheduled: to,
  starting: to,
  running: to,
  exited: to,
  stopping: to,
})

/** A hook runs before the start of an attempt, or after its end; of one that retires, before that end is told. */
const AMONG_OTHERS: Steps = {
  scheduled: 'starting',
  starting: 'starting',
  running: 'running',
  exited: 'exited',
  stopping: 'stopping',
}

/**
 * The whole lifecycle: for each event, from which state it leads to which. A step that is not here is ignored by every
 * fold alike, and counted. A stop that was asked for is never forgotten: facts that cross it leave `stopping` alone.
 * A retiring attempt, which TaskReplaceRequested leaves beside the current one, lives by the same table: its end is
 * whatever is neither `running` nor `stopping`, and any exit, as it is never restarted.
 */
export const LIFECYCLE: Readonly<Record<StepType, Steps>> = {
  TaskUnplaceable: { pending: 'pending' },
  TaskScheduled: { pending: 'scheduled' },
  TaskRejected: { scheduled: 'pending', starting: 'pending', stopping: 'stopped' },
  TaskPulling: AMONG_OTHERS, // also the image of a hook
  TaskHookStarted: AMONG_OTHERS,
  TaskHookEnded: AMONG_OTHERS,
  TaskStarted: { scheduled: 'running', starting: 'running', stopping: 'stopping' },
  TaskHealthChanged: { running: 'running', stopping: 'stopping' },
  TaskExited: { scheduled: 'exited', starting: 'exited', running: 'exited', stopping: 'stopping' },
  // Also of one that could not be started, for a reason that may pass.
  TaskRestarting: { scheduled: 'starting', starting: 'starting', exited: 'starting' },
  TaskReplaceRequested: { running: 'pending' },
  TaskStopRequested: { scheduled: 'stopping', starting: 'stopping', running: 'stopping', exited: 'stopping' },
  TaskPreempted: { scheduled: 'stopping', starting: 'stopping', running: 'stopping', exited: 'stopping' },
  TaskStopped: fromPlaced('stopped'),
  TaskCompleted: fromPlaced('completed'),
  TaskFailed: fromPlaced('failed'),
  TaskLost: fromPlaced('lost'),
  TaskRescheduled: { failed: 'pending' },
}

import type { Attempt, Health } from '#libs/cluster'
import type { AttemptRef, DriverError, Exit, Probed } from '#libs/drivers'
import type { TaskSpec } from '#libs/spec'
import type { Check } from './check'

/** One placement of an instance here, from TaskScheduled to its end, through all restarts in place. */
export interface Assignment {
  readonly id: string
  /** The attempt as the log has it. */
  logged: Attempt
  /** Whether the log has a successor for it: it goes on until it is told to stop, and is not started again. */
  retiring: boolean
  readonly placedSeq: number
  readonly spec: TaskSpec
  /** The attempt that is current here; the log learns of it by TaskRestarting. */
  attempt: number
  /** `gone`: it is no longer ours to report on; whatever runs is removed. */
  wanted: 'run' | 'stop' | 'gone'
  phase: Phase
  restarts: number
  /** Monotonic milliseconds. */
  startedAt: number
  notBefore: number
  /** The same while the log is at its reserve, and how often it was restarted since it is. */
  sparingUntil: number
  sparedRestarts: number
  /** How often in a row its engine could not start it, as far as this process knows. */
  failedStarts: number
  /** The times for which alarms were set: to start it, to stop it where it is cut off, and to probe it; 0: none. */
  alarmAt: number
  cutOffAlarmAt: number
  checkAlarmAt: number
  /** Why it is stopped though nobody asked for that. */
  stopReason: string | null
  /** What came of pulling the image of what runs next, so that one that nobody has is not asked for again; null: nothing yet. */
  pull: 'underWay' | 'done' | 'failed' | null
  /** How far the pull is, until it is told to the log. */
  progress: { readonly image: string; readonly doneBytes: number; readonly totalBytes: number } | null
  pullReports: number
  /** Of the current attempt; null: it is not checked. */
  health: Health | null
  unhealthyWhy: string | null
  check: Check
  /** What the last probe found, until that is dealt with. */
  probed: Probed | DriverError | null
  /** Why it, or a hook of it, could not be started, until that is dealt with. */
  trouble: { readonly error: DriverError; readonly hook: string | null } | null
  /** What is known of the hooks of the current attempt, by name; where a crash has taken that, their containers tell. */
  hooks: ReadonlyMap<string, HookRun>
  /** How the current attempt has ended, while `exited`; null: as the log has it. */
  ending: Ending | null
}

/** Of nearly all there are none. */
export const NO_HOOKS: ReadonlyMap<string, HookRun> = new Map()

export interface HookRun {
  /** Monotonic milliseconds. */
  readonly startedAt: number
  /** Whether it was stopped since it took too long. */
  isLate: boolean
  readonly isOver: boolean
}

export interface Ending {
  readonly exit: Exit
  readonly ranMs: number
}

/**
 * `idle`: no container yet, start when due; `running` and `exited`: told to the log, which waits for our verdict on the
 * latter; `over`: the last fact of the assignment was told, the log's fold will end it.
 */
export type Phase = 'idle' | 'running' | 'exited' | 'over'

/** The attempt that an assignment is at, as engines name it. */
export const refOf = (assignment: Assignment): AttemptRef => ({
  job: assignment.logged.task.job.name,
  task: assignment.logged.task.name,
  index: assignment.logged.index,
  attempt: assignment.attempt,
  placement: assignment.placedSeq,
})

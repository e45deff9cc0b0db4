import type { CronSpec } from './cron'
import type { PlacementSpec } from './placement'
import type { TaskSpec } from './task'

/**
 * A job as the log keeps it: every default filled in, every unit fixed by the field's name, so that two files that
 * mean the same are equal here. `parseJobFile` makes one from what a user wrote.
 */
export interface JobSpec {
  readonly name: string
  readonly kind: JobKind
  /** 0 to 100; absent: `DEFAULT_PRIORITY`. */
  readonly priority?: number
  readonly placement?: PlacementSpec
  /** How long a worker must be silent before its instances are given up; `DEFAULT_LOST_AFTER_MS` when absent. */
  readonly lostAfterMs?: number
  /**
   * How long a batch job may take after the submit of its version, or each run of a cron job, before it has failed;
   * absent: for ever.
   */
  readonly deadlineMs?: number
  /** Of a cron job, which always has it. */
  readonly cron?: CronSpec
  readonly tasks: readonly TaskSpec[]
}

/**
 * `service` runs until stopped; `batch` runs each instance until it has succeeded; `system` runs until stopped, one
 * instance of each task on every worker that suits it; `cron` starts a run of its tasks whenever its schedule says so, and
 * each run goes as a batch.
 */
export type JobKind = 'service' | 'batch' | 'system' | 'cron'

/** Whether the instances of such a job end by themselves, and have then done their work. */
export const endsByItself = (kind: JobKind): boolean => kind === 'batch' || kind === 'cron'

/** Never written out in a job, so that a job of an earlier version of ork is still the same one. */
export const DEFAULT_LOST_AFTER_MS = 15_000

export const DEFAULT_PRIORITY = 50

/** When a cron job runs, and with what. */
export interface CronSpec {
  /** Minute, hour, day, month and weekday; absent: it runs only when it is asked to. */
  readonly schedule?: string
  /** By its IANA name: where those are minutes and hours. */
  readonly timeZone: string
  readonly overlap: Overlap
  /** A run whose time was missed by no more than this is made up for, once. */
  readonly catchUpMs: number
  /** How many runs that have ended are remembered. */
  readonly keepRuns: number
  /** What a run finds in its environment unless it is told otherwise. */
  readonly params: Readonly<Record<string, string>>
  /** What it must be told; never with a schedule, which tells nothing. */
  readonly requiredParams?: readonly string[]
}

/**
 * What becomes of a run whose time comes while another is under way. `allow`: both go on. `forbid`: it is skipped.
 * `replace`: the other one is stopped, and it starts once that is gone.
 */
export type Overlap = 'allow' | 'forbid' | 'replace'

export const DEFAULT_CRON: CronSpec = {
  timeZone: 'UTC',
  overlap: 'forbid',
  catchUpMs: 3_600_000,
  keepRuns: 5,
  params: {},
}

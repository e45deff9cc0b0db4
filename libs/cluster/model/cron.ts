export interface CronState {
  /** Up to when the times of its schedule were decided on; milliseconds since 1970. */
  through: number
  /** All that are under way, and the latest that have ended, oldest first. */
  readonly runs: CronRun[]
  /** The last times for which none began, and why. */
  skipped: { readonly scheduledAt: number; readonly reason: string } | null
}

export type RunState = 'running' | 'completed' | 'failed' | 'stopped' | 'replaced'

export interface CronRun {
  readonly id: string
  /** Which of the job's instances are its own. */
  readonly slot: number
  /** Sequence of its CronFired, and the job version of then. */
  readonly seq: number
  readonly version: number
  /** When it was due; null: somebody asked for it. Milliseconds since 1970, as all times here. */
  readonly scheduledAt: number | null
  readonly firedAt: number
  readonly params: Readonly<Record<string, string>>
  readonly actor: string | null
  /** Why it was asked for. */
  readonly asked: string | null
  state: RunState
  endedAt: number | null
  /** How many of its instances have not succeeded, once it has ended. */
  failed: number
  /** Why it ended before all of them had. */
  reason: string | null
}

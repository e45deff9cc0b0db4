/**
 * What the worker does when a container ends by itself, or is unhealthy. `attempts` counts restarts in a row (null: no
 * bound); the count starts again once a container has run for `resetAfterMs`. The n-th restart waits
 * `min(delayMs * backoff^(n-1), maxDelayMs)`, and up to `jitter` of that longer.
 */
export interface RestartSpec {
  readonly policy: 'always' | 'on-failure' | 'never'
  readonly attempts: number | null
  readonly delayMs: number
  readonly backoff: number
  readonly maxDelayMs: number
  readonly resetAfterMs: number
  /** 0 to 1; absent: 0. So that what failed together does not all come back at once. */
  readonly jitter?: number
}

/**
 * What the manager does once the restarts in place are exhausted: the instance is placed anew, on another worker than
 * those that failed it if one fits. `attempts` counts such placements in a row (null: no bound), until one has run for
 * `restart.resetAfterMs`; the n-th waits `min(delayMs * backoff^(n-1), maxDelayMs)`.
 */
export interface RescheduleSpec {
  readonly attempts: number | null
  readonly delayMs: number
  readonly backoff: number
  readonly maxDelayMs: number
}

/** How a container is asked to end: the signal, then after the grace SIGKILL. */
export interface StopSpec {
  readonly signal: string
  readonly graceMs: number
}

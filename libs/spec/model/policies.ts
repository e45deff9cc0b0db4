/**
 * What the worker does when a container ends by itself. `attempts` counts restarts in a row (null: no bound); the
 * count starts again once a container has run for `resetAfterMs`. The n-th restart waits
 * `min(delayMs * backoff^(n-1), maxDelayMs)`.
 */
export interface RestartSpec {
  readonly policy: 'always' | 'on-failure' | 'never'
  readonly attempts: number | null
  readonly delayMs: number
  readonly backoff: number
  readonly maxDelayMs: number
  readonly resetAfterMs: number
}

/** How a container is asked to end: the signal, then after the grace SIGKILL. */
export interface StopSpec {
  readonly signal: string
  readonly graceMs: number
}

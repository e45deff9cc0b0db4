import type { Health } from '#libs/cluster'
import type { HealthSpec } from '#libs/spec'

/** How far the probes of one attempt have come; monotonic milliseconds. */
export interface Check {
  /** When the next is due; 0: not settled yet. */
  readonly dueAt: number
  /** Those in a row that count, up to now. */
  readonly failures: number
  readonly successes: number
  /** When the last failure counted. */
  readonly countedAt: number
}

export const NO_CHECK: Check = { dueAt: 0, failures: 0, successes: 0, countedAt: Number.NEGATIVE_INFINITY }

/** One more probe of an attempt. Monotonic milliseconds. */
interface Finding {
  readonly ok: boolean
  readonly health: Health | null
  readonly mono: number
  readonly startedAt: number
}

/**
 * What follows from one more probe. Until it has been healthy, an attempt is looked at more often than every interval,
 * but a failure counts only an interval after the last one that did, or after the end of its start period.
 */
export const judge = (
  { retries, successThreshold, intervalMs, startPeriodMs }: HealthSpec,
  { dueAt, failures, successes, countedAt }: Check,
  { ok, health, mono, startedAt }: Finding,
): { readonly check: Check; readonly verdict: 'healthy' | 'unhealthy' | null } => {
  if (ok) {
    const check = { dueAt, failures: 0, successes: successes + 1, countedAt }
    return { check, verdict: health === 'starting' && check.successes >= successThreshold ? 'healthy' : null }
  }
  const isEarly = health === 'starting' && mono - Math.max(countedAt, startedAt + startPeriodMs) < intervalMs
  if (isEarly) return { check: { dueAt, failures, successes: 0, countedAt }, verdict: null }
  const check = { dueAt, failures: failures + 1, successes: 0, countedAt: mono }
  return { check, verdict: check.failures >= retries ? 'unhealthy' : null }
}

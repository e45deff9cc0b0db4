import { MAX_REPLICAS } from '../limits'
import type { RescheduleSpec, RestartSpec, StopSpec, UpdateSpec } from '../model'
import { decimal, flag, integer, nullable, optional, required, struct } from '../shapes'
import { orderShape, policyShape, signalShape } from '../words'
import { count } from './count'

export const restart = struct<RestartSpec>('a restart policy', {
  policy: required(policyShape),
  attempts: required(nullable(count)),
  delayMs: required(count),
  backoff: required(decimal({ min: 1, max: 100 })),
  maxDelayMs: required(count),
  resetAfterMs: required(count),
  jitter: optional(decimal({ min: 0, max: 1 })),
})

export const reschedule = struct<RescheduleSpec>('a reschedule policy', {
  attempts: required(nullable(count)),
  delayMs: required(count),
  backoff: required(decimal({ min: 1, max: 100 })),
  maxDelayMs: required(count),
})

export const stop = struct<StopSpec>('a stop policy', {
  signal: required(signalShape),
  graceMs: required(count),
})

export const update = struct<UpdateSpec>('an update policy', {
  order: required(orderShape),
  maxParallel: required(integer({ min: 1, max: MAX_REPLICAS })),
  minHealthyMs: required(count),
  healthyDeadlineMs: required(count),
  progressDeadlineMs: required(count),
  autoRevert: required(flag),
  canary: required(integer({ min: 0, max: MAX_REPLICAS })),
  autoPromote: required(flag),
})

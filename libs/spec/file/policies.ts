import { MAX_ATTEMPTS, MAX_DELAY_MS } from '../limits'
import { endsByItself, type JobKind, type RestartSpec, type StopSpec } from '../model'
import { decimal, defaulted, integer, optional, orNull, type Shape, struct } from '../shapes'
import { policyShape, signalShape } from '../words'
import { duration } from './units'

const anyDelay = duration({ min: 0, max: MAX_DELAY_MS })

/** What a file says about restarts; the rest depends on the job's kind and the policy. */
export type RestartFile = Pick<RestartSpec, 'delayMs' | 'backoff' | 'resetAfterMs'> &
  Partial<Pick<RestartSpec, 'policy' | 'attempts' | 'maxDelayMs' | 'jitter'>>

export const DEFAULT_RESTART: RestartFile = { delayMs: 1000, backoff: 2, resetAfterMs: 60_000 }

const DEFAULT_MAX_DELAY_MS = 60_000

export const restartShape: Shape<RestartFile> = struct<RestartFile>(
  'a map with `policy`',
  {
    policy: optional(policyShape, {
      doc: 'When a container that ended is started again.',
      example: 'on-failure',
      otherwise: 'always for a service, on-failure for a batch job',
      synonyms: ['condition', 'mode', 'name'],
    }),
    attempts: optional(orNull(integer({ min: 0, max: MAX_ATTEMPTS }), 'unlimited'), {
      doc: 'Restarts in a row before the instance has failed.',
      example: 5,
      otherwise: 'unlimited for always, 3 for on-failure',
      synonyms: ['maxattempts', 'max_attempts', 'retries', 'maximumretrycount'],
    }),
    delayMs: defaulted(anyDelay, 1000, {
      key: 'delay',
      doc: 'The wait before the first restart.',
      example: '1s',
      unit: 'duration',
    }),
    backoff: defaulted(decimal({ min: 1, max: 100 }), 2, {
      doc: 'Each further wait is this many times the one before.',
      example: 2,
    }),
    maxDelayMs: optional(anyDelay, {
      key: 'maxDelay',
      doc: 'The longest wait.',
      example: '1m',
      unit: 'duration',
      otherwise: '1m, or `delay` if that is longer',
      synonyms: ['max_delay'],
    }),
    resetAfterMs: defaulted(anyDelay, 60_000, {
      key: 'resetAfter',
      doc: 'A container that ran this long makes the count of restarts begin again.',
      example: '1m',
      unit: 'duration',
      synonyms: ['window', 'reset_after'],
    }),
    jitter: optional(decimal({ min: 0, max: 1 }), {
      doc: 'Each wait is longer by up to this share of it, so that what failed together does not come back at once.',
      example: 0.2,
      otherwise: '0',
    }),
  },
  (value) =>
    typeof value === 'string' ? `write \`restart: {policy: ${value === 'no' ? 'never' : value}}\`` : undefined,
)

/** Fills in what depends on the kind of the job. */
export const completeRestart = (kind: JobKind, file: RestartFile): RestartSpec => {
  const policy = file.policy ?? (endsByItself(kind) ? 'on-failure' : 'always')
  const usual = { always: null, 'on-failure': 3, never: 0 }[policy]
  return {
    policy,
    attempts: file.attempts === undefined ? usual : file.attempts,
    delayMs: file.delayMs,
    backoff: file.backoff,
    maxDelayMs: file.maxDelayMs ?? Math.max(DEFAULT_MAX_DELAY_MS, file.delayMs),
    resetAfterMs: file.resetAfterMs,
    ...(file.jitter === undefined || file.jitter === 0 ? {} : { jitter: file.jitter }),
  }
}

export const DEFAULT_STOP: StopSpec = { signal: 'SIGTERM', graceMs: 10_000 }

export const stopShape: Shape<StopSpec> = struct<StopSpec>('a map with `signal` and `grace`', {
  signal: defaulted(signalShape, DEFAULT_STOP.signal, {
    doc: 'The signal that asks the container to end.',
    example: 'SIGINT',
    synonyms: ['stop_signal', 'stopsignal', 'killsignal'],
  }),
  graceMs: defaulted(anyDelay, DEFAULT_STOP.graceMs, {
    key: 'grace',
    doc: 'How long it may take before SIGKILL.',
    example: '30s',
    unit: 'duration',
    synonyms: ['stop_grace_period', 'timeout', 'killtimeout', 'period'],
  }),
})

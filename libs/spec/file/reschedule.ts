import { MAX_ATTEMPTS, MAX_DELAY_MS } from '../limits'
import { endsByItself, type JobKind, type RescheduleSpec, type TaskSpec } from '../model'
import { decimal, defaulted, type Finding, integer, orNull, refined, type Shape, struct } from '../shapes'
import { duration } from './units'

/** What Nomad does with services unless told otherwise. */
export const DEFAULT_RESCHEDULE: RescheduleSpec = {
  attempts: null,
  delayMs: 30_000,
  backoff: 2,
  maxDelayMs: 3_600_000,
}

const NEVER: RescheduleSpec = { ...DEFAULT_RESCHEDULE, attempts: 0 }

/** How what has failed for good where it was is placed anew, whether its job says so or not. */
export const rescheduleOf = ({ reschedule }: Pick<TaskSpec, 'reschedule'>, kind: JobKind): RescheduleSpec =>
  reschedule ?? (endsByItself(kind) ? NEVER : DEFAULT_RESCHEDULE)

const anyDelay = duration({ min: 0, max: MAX_DELAY_MS })

const fields = struct<RescheduleSpec>(
  'a map with `attempts` and `delay`',
  {
    attempts: defaulted(orNull(integer({ min: 0, max: MAX_ATTEMPTS }), 'unlimited'), DEFAULT_RESCHEDULE.attempts, {
      doc: 'How often in a row an instance that has failed is placed anew. 0: never.',
      example: 3,
    }),
    delayMs: defaulted(anyDelay, DEFAULT_RESCHEDULE.delayMs, {
      key: 'delay',
      doc: 'The wait before the first time.',
      example: '30s',
      unit: 'duration',
    }),
    backoff: defaulted(decimal({ min: 1, max: 100 }), DEFAULT_RESCHEDULE.backoff, {
      doc: 'Each further wait is this many times the one before.',
      example: 2,
      synonyms: ['delay_function'],
    }),
    maxDelayMs: defaulted(anyDelay, DEFAULT_RESCHEDULE.maxDelayMs, {
      key: 'maxDelay',
      doc: 'The longest wait.',
      example: '1h',
      unit: 'duration',
      synonyms: ['max_delay'],
    }),
  },
  (value) => (value === false || value === 0 ? 'write `reschedule: {attempts: 0}`' : undefined),
)

const rules = ({ delayMs, maxDelayMs }: RescheduleSpec): readonly Finding[] =>
  maxDelayMs < delayMs
    ? [{ at: ['maxDelay'], what: '`maxDelay` is shorter than `delay`', next: 'make it at least as long' }]
    : []

export const rescheduleShape: Shape<RescheduleSpec> = refined(fields, rules)

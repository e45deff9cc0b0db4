import { MAX_DELAY_MS, MAX_REPLICAS } from '../limits'
import type { TaskSpec, UpdateSpec } from '../model'
import { defaulted, type Finding, flag, integer, refined, type Shape, struct } from '../shapes'
import { orderShape } from '../words'
import { duration } from './units'

/** What Nomad does unless told otherwise. */
export const DEFAULT_UPDATE: UpdateSpec = {
  order: 'stop-first',
  maxParallel: 1,
  minHealthyMs: 10_000,
  healthyDeadlineMs: 5 * 60_000,
  progressDeadlineMs: 10 * 60_000,
  autoRevert: false,
  canary: 0,
  autoPromote: false,
}

/** How a task is updated, whether its job says so or not. */
export const updateOf = ({ update }: Pick<TaskSpec, 'update'>): UpdateSpec => update ?? DEFAULT_UPDATE

const anyTime = duration({ min: 0, max: MAX_DELAY_MS })
const anyDeadline = duration({ min: 1000, max: MAX_DELAY_MS })

const fields = struct<UpdateSpec>('a map with `order` and `maxParallel`', {
  order: defaulted(orderShape, DEFAULT_UPDATE.order, {
    doc: 'Whether an instance is stopped before its successor starts, or once that is healthy.',
    example: 'start-first',
  }),
  maxParallel: defaulted(integer({ min: 1, max: MAX_REPLICAS }), DEFAULT_UPDATE.maxParallel, {
    doc: 'How many instances are replaced at a time.',
    example: 2,
    synonyms: ['parallel', 'parallelism', 'max_parallel', 'maxunavailable'],
  }),
  minHealthyMs: defaulted(anyTime, DEFAULT_UPDATE.minHealthyMs, {
    key: 'minHealthyTime',
    doc: 'How long a new instance must have been up to count as healthy.',
    example: '10s',
    unit: 'duration',
    synonyms: ['min_healthy_time', 'monitor', 'delay', 'minreadyseconds'],
  }),
  healthyDeadlineMs: defaulted(anyDeadline, DEFAULT_UPDATE.healthyDeadlineMs, {
    key: 'healthyDeadline',
    doc: 'How long a new instance may take, from being placed, to count as healthy.',
    example: '5m',
    unit: 'duration',
    synonyms: ['healthy_deadline'],
  }),
  progressDeadlineMs: defaulted(anyDeadline, DEFAULT_UPDATE.progressDeadlineMs, {
    key: 'progressDeadline',
    doc: 'How long the update may go without another instance becoming healthy.',
    example: '10m',
    unit: 'duration',
    synonyms: ['progress_deadline', 'progressdeadlineseconds'],
  }),
  autoRevert: defaulted(flag, DEFAULT_UPDATE.autoRevert, {
    doc: 'Whether a failed update goes back to the last good version.',
    example: true,
    synonyms: ['auto_revert', 'rollback', 'failure_action'],
  }),
  canary: defaulted(integer({ min: 0, max: MAX_REPLICAS }), DEFAULT_UPDATE.canary, {
    doc: 'How many instances are replaced before the others wait for `ork promote`; none of a task that goes back to what it was in the last good version.',
    example: 1,
    synonyms: ['canaries'],
  }),
  autoPromote: defaulted(flag, DEFAULT_UPDATE.autoPromote, {
    doc: 'Whether the others follow by themselves once the canaries are healthy.',
    example: true,
    synonyms: ['auto_promote'],
  }),
})

const rules = (update: UpdateSpec): readonly Finding[] => {
  const findings: Finding[] = []
  if (update.healthyDeadlineMs <= update.minHealthyMs) {
    const what = 'no instance can be healthy for `minHealthyTime` within `healthyDeadline`'
    findings.push({ at: ['healthyDeadline'], what, next: 'make it longer than `minHealthyTime`' })
  }
  if (update.progressDeadlineMs < update.healthyDeadlineMs) {
    const what = '`progressDeadline` ends before `healthyDeadline`'
    findings.push({ at: ['progressDeadline'], what, next: 'make it at least as long' })
  }
  if (update.autoPromote && update.canary === 0) {
    findings.push({ at: ['autoPromote'], what: 'there is no canary to promote', next: 'set `canary`, or remove it' })
  }
  return findings
}

export const updateShape: Shape<UpdateSpec> = refined(fields, rules)

import { MAX_KEPT_RUNS, MAX_PARAMS } from '../limits'
import type { CronSpec } from '../model'
import { integer, list, matching, optional, processText, record, required, struct } from '../shapes'
import { ENV_NAME, overlapShape, SCHEDULE, TIME_ZONE } from '../words'
import { count } from './count'

const name = matching(ENV_NAME.expected, ENV_NAME.pattern)

/** What a run is told beside what its job says: variables of the environment, with names that those may have. */
export const params = record('a map of texts', ENV_NAME, processText)

export const cron = struct<CronSpec>('when a cron job runs', {
  schedule: optional(matching(SCHEDULE.expected, SCHEDULE.pattern)),
  timeZone: required(matching(TIME_ZONE.expected, TIME_ZONE.pattern)),
  overlap: required(overlapShape),
  catchUpMs: required(count),
  keepRuns: required(integer({ min: 1, max: MAX_KEPT_RUNS })),
  params: required(params),
  requiredParams: optional(list('a list of names', name, { min: 1, max: MAX_PARAMS, distinct: true })),
})

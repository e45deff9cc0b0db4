import * as t from 'io-ts'
import { Count, Name } from '#libs/kernel'
import { defineEvent } from './define'

export const TaskUnplaceable = defineEvent({
  type: 'TaskUnplaceable',
  topic: 'task',
  owner: 'scheduler',
  nature: 'decision',
  summary:
    'No worker can take the pending instances of a task now; written once, on the first of them, until something changes.',
  data: t.type({
    job: Name,
    task: Name,
    index: Count,
    version: Count,
    asOf: Count,
    pending: Count,
    reasons: t.array(t.type({ reason: t.string, workers: Count })),
  }),
})

import * as t from 'io-ts'
import { Count, Name } from '#libs/kernel'
import { defineEvent } from './define'

export const TaskRescheduled = defineEvent({
  type: 'TaskRescheduled',
  topic: 'task',
  owner: 'manager',
  nature: 'decision',
  summary:
    'The instance, which has failed where it was, waits for a place again, on another worker if one fits; `reschedules` counts those in a row.',
  data: t.type({
    job: Name,
    task: Name,
    index: Count,
    worker: Name,
    attempt: Count,
    placement: Count,
    reschedules: Count,
    reason: t.string,
  }),
})

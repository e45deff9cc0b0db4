import * as t from 'io-ts'
import { Count } from '#libs/kernel'
import { ATTEMPT } from './attempt'
import { defineEvent } from './define'

export const TaskRescheduled = defineEvent({
  type: 'TaskRescheduled',
  topic: 'task',
  owner: 'manager',
  nature: 'decision',
  summary:
    'The instance, which has failed where it was, waits for a place again, on another worker if one fits; `reschedules` counts those in a row.',
  data: t.type({
    ...ATTEMPT,
    reschedules: Count,
    reason: t.string,
  }),
})

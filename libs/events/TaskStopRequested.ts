import * as t from 'io-ts'
import { Count, Name } from '#libs/kernel'
import { defineEvent } from './define'

export const TaskStopRequested = defineEvent({
  type: 'TaskStopRequested',
  topic: 'task',
  owner: 'manager',
  nature: 'decision',
  summary: 'The attempt is to end: signal, grace, kill.',
  data: t.type({
    job: Name,
    task: Name,
    index: Count,
    worker: Name,
    attempt: Count,
    placement: Count,
    reason: t.string,
  }),
})

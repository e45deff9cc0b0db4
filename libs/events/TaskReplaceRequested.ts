import * as t from 'io-ts'
import { Count, Name } from '#libs/kernel'
import { defineEvent } from './define'

export const TaskReplaceRequested = defineEvent({
  type: 'TaskReplaceRequested',
  topic: 'task',
  owner: 'manager',
  nature: 'decision',
  summary:
    'The attempt is to have a successor before it stops: it goes on, and the instance is pending beside it; TaskStopRequested follows once the successor is healthy.',
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

import * as t from 'io-ts'
import { Count, Name } from '#libs/kernel'
import { defineEvent } from './define'

export const TaskLost = defineEvent({
  type: 'TaskLost',
  topic: 'task',
  owner: 'manager',
  nature: 'decision',
  summary: 'The worker of the attempt is lost; the instance is pending again.',
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

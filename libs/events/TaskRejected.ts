import * as t from 'io-ts'
import { Count, Name } from '#libs/kernel'
import { defineEvent } from './define'

export const TaskRejected = defineEvent({
  type: 'TaskRejected',
  topic: 'task',
  owner: 'worker',
  nature: 'fact',
  summary: 'The worker cannot take the attempt; the instance is pending again and that worker is passed over.',
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

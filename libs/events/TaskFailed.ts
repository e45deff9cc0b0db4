import * as t from 'io-ts'
import { Count, Integer, Name, nullable } from '#libs/kernel'
import { defineEvent } from './define'

export const TaskFailed = defineEvent({
  type: 'TaskFailed',
  topic: 'task',
  owner: 'worker',
  nature: 'fact',
  summary: 'The attempt ended in failure, or could not start, and the restart policy allows no other.',
  data: t.type({
    job: Name,
    task: Name,
    index: Count,
    worker: Name,
    attempt: Count,
    placement: Count,
    reason: t.string,
    exitCode: nullable(Integer),
  }),
})

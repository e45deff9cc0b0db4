import * as t from 'io-ts'
import { Count, Integer, Name, nullable } from '#libs/kernel'
import { defineEvent } from './define'

export const TaskStopped = defineEvent({
  type: 'TaskStopped',
  topic: 'task',
  owner: 'worker',
  nature: 'fact',
  summary: 'The attempt ended because it was asked to, and its container is gone.',
  data: t.type({
    job: Name,
    task: Name,
    index: Count,
    worker: Name,
    attempt: Count,
    placement: Count,
    exitCode: nullable(Integer),
    signal: nullable(t.string),
  }),
})

import * as t from 'io-ts'
import { Count, Integer, Name, nullable } from '#libs/kernel'
import { defineEvent } from './define'

export const TaskExited = defineEvent({
  type: 'TaskExited',
  topic: 'task',
  owner: 'worker',
  nature: 'fact',
  summary: 'The container of the attempt ended by itself; what follows from it is the next event.',
  data: t.type({
    job: Name,
    task: Name,
    index: Count,
    worker: Name,
    attempt: Count,
    placement: Count,
    exitCode: nullable(Integer),
    signal: nullable(t.string),
    oomKilled: t.boolean,
  }),
})

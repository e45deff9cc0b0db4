import * as t from 'io-ts'
import { Count, Name } from '#libs/kernel'
import { defineEvent } from './define'

export const TaskStarted = defineEvent({
  type: 'TaskStarted',
  topic: 'task',
  owner: 'worker',
  nature: 'fact',
  summary: 'The container of the attempt runs.',
  data: t.type({
    job: Name,
    task: Name,
    index: Count,
    worker: Name,
    attempt: Count,
    placement: Count,
    container: t.string,
    ports: t.array(t.type({ name: t.string, hostPort: Count })),
  }),
})

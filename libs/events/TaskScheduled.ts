import * as t from 'io-ts'
import { Count, Name } from '#libs/kernel'
import { defineEvent } from './define'

export const TaskScheduled = defineEvent({
  type: 'TaskScheduled',
  topic: 'task',
  owner: 'scheduler',
  nature: 'decision',
  summary:
    'An instance was placed on a worker. Folding the log to `asOf` and asking the scheduler again gives the same worker.',
  data: t.type({
    job: Name,
    task: Name,
    index: Count,
    worker: Name,
    attempt: Count,
    version: Count,
    policy: t.string,
    asOf: Count,
  }),
})

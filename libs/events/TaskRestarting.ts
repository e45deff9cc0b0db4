import * as t from 'io-ts'
import { Count, Name } from '#libs/kernel'
import { defineEvent } from './define'

export const TaskRestarting = defineEvent({
  type: 'TaskRestarting',
  topic: 'task',
  owner: 'worker',
  nature: 'fact',
  summary:
    'The restart policy wants a next attempt on the same worker, after a delay; `attempt` is the next one, `restarts` counts those in a row.',
  data: t.type({
    job: Name,
    task: Name,
    index: Count,
    worker: Name,
    attempt: Count,
    placement: Count,
    delayMs: Count,
    restarts: Count,
    reason: t.string,
  }),
})

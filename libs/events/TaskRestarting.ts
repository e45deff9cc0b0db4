import * as t from 'io-ts'
import { Count } from '#libs/kernel'
import { ATTEMPT } from './attempt'
import { defineEvent } from './define'

export const TaskRestarting = defineEvent({
  type: 'TaskRestarting',
  topic: 'task',
  owner: 'worker',
  nature: 'fact',
  summary:
    'The restart policy wants a next attempt on the same worker, after a delay; `attempt` is the next one, `restarts` counts those in a row.',
  data: t.type({
    ...ATTEMPT,
    delayMs: Count,
    restarts: Count,
    reason: t.string,
  }),
})

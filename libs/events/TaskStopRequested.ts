import * as t from 'io-ts'
import { ATTEMPT } from './attempt'
import { defineEvent } from './define'

export const TaskStopRequested = defineEvent({
  type: 'TaskStopRequested',
  topic: 'task',
  owner: 'manager',
  nature: 'decision',
  summary: 'The attempt is to end: signal, grace, kill.',
  data: t.type({
    ...ATTEMPT,
    reason: t.string,
  }),
})

import * as t from 'io-ts'
import { ATTEMPT } from './attempt'
import { defineEvent } from './define'

export const TaskReplaceRequested = defineEvent({
  type: 'TaskReplaceRequested',
  topic: 'task',
  owner: 'manager',
  nature: 'decision',
  summary:
    'The attempt is to have a successor before it stops: it goes on, and the instance is pending beside it; TaskStopRequested follows once the successor is healthy.',
  data: t.type({
    ...ATTEMPT,
    reason: t.string,
  }),
})

import * as t from 'io-ts'
import { ATTEMPT } from './attempt'
import { defineEvent } from './define'

export const TaskLost = defineEvent({
  type: 'TaskLost',
  topic: 'task',
  owner: 'manager',
  nature: 'decision',
  summary: 'The worker of the attempt is lost; the instance is pending again.',
  data: t.type({
    ...ATTEMPT,
    reason: t.string,
  }),
})

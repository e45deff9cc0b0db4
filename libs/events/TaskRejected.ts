import * as t from 'io-ts'
import { ATTEMPT } from './attempt'
import { defineEvent } from './define'

export const TaskRejected = defineEvent({
  type: 'TaskRejected',
  topic: 'task',
  owner: 'worker',
  nature: 'fact',
  summary: 'The worker cannot take the attempt; the instance is pending again and that worker is passed over.',
  data: t.type({
    ...ATTEMPT,
    reason: t.string,
  }),
})

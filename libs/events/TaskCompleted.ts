import * as t from 'io-ts'
import { ATTEMPT } from './attempt'
import { defineEvent } from './define'

export const TaskCompleted = defineEvent({
  type: 'TaskCompleted',
  topic: 'task',
  owner: 'worker',
  nature: 'fact',
  summary: 'The attempt ended with success and the restart policy wants no other.',
  data: t.type(ATTEMPT),
})

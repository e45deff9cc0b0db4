import * as t from 'io-ts'
import { Integer, nullable } from '#libs/kernel'
import { ATTEMPT } from './attempt'
import { defineEvent } from './define'

export const TaskFailed = defineEvent({
  type: 'TaskFailed',
  topic: 'task',
  owner: 'worker',
  nature: 'fact',
  summary: 'The attempt ended in failure, or could not start, and the restart policy allows no other.',
  data: t.type({
    ...ATTEMPT,
    reason: t.string,
    exitCode: nullable(Integer),
  }),
})

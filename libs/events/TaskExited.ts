import * as t from 'io-ts'
import { Integer, nullable } from '#libs/kernel'
import { ATTEMPT } from './attempt'
import { defineEvent } from './define'

export const TaskExited = defineEvent({
  type: 'TaskExited',
  topic: 'task',
  owner: 'worker',
  nature: 'fact',
  summary: 'The container of the attempt ended by itself; what follows from it is the next event.',
  data: t.type({
    ...ATTEMPT,
    exitCode: nullable(Integer),
    signal: nullable(t.string),
    oomKilled: t.boolean,
  }),
})

import * as t from 'io-ts'
import { Count, Name, nullable } from '#libs/kernel'
import { defineEvent } from './define'

export const WorkerDraining = defineEvent({
  type: 'WorkerDraining',
  topic: 'worker',
  owner: 'manager',
  nature: 'command',
  summary:
    'A user wants a worker empty: what it has moves away by the update policy of its task, at the deadline it is stopped anyway.',
  data: t.type({ worker: Name, deadlineMs: nullable(Count), reason: nullable(t.string) }),
})

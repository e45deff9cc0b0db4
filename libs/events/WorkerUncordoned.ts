import * as t from 'io-ts'
import { Name, nullable } from '#libs/kernel'
import { defineEvent } from './define'

export const WorkerUncordoned = defineEvent({
  type: 'WorkerUncordoned',
  topic: 'worker',
  owner: 'manager',
  nature: 'command',
  summary: 'A user wants a worker to take instances again; a drain of it is over.',
  data: t.type({ worker: Name, reason: nullable(t.string) }),
})

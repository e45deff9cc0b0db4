import * as t from 'io-ts'
import { Name, nullable } from '#libs/kernel'
import { defineEvent } from './define'

export const WorkerCordoned = defineEvent({
  type: 'WorkerCordoned',
  topic: 'worker',
  owner: 'manager',
  nature: 'command',
  summary: 'A user wants nothing new placed on a worker; what runs there goes on.',
  data: t.type({ worker: Name, reason: nullable(t.string) }),
})

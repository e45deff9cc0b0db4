import * as t from 'io-ts'
import { Name, nullable } from '#libs/kernel'
import { defineEvent } from './define'

export const WorkerForgotten = defineEvent({
  type: 'WorkerForgotten',
  topic: 'worker',
  owner: 'manager',
  nature: 'command',
  summary:
    'A user gave up a worker that is not heard of; all its instances are replaced, whatever their jobs say of that.',
  data: t.type({ worker: Name, reason: nullable(t.string) }),
})

import * as t from 'io-ts'
import { Name } from '#libs/kernel'
import { defineEvent } from './define'

export const WorkerDrained = defineEvent({
  type: 'WorkerDrained',
  topic: 'worker',
  owner: 'manager',
  nature: 'decision',
  summary: 'The last instance has left a worker that was to be empty; nothing new is placed on it.',
  data: t.type({ worker: Name }),
})

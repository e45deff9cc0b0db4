import * as t from 'io-ts'
import { Count, Name } from '#libs/kernel'
import { defineEvent } from './define'

export const WorkerSuspected = defineEvent({
  type: 'WorkerSuspected',
  topic: 'worker',
  owner: 'manager',
  nature: 'decision',
  summary: 'A worker was not heard of for a while; nothing new is placed on it.',
  data: t.type({ worker: Name, silentMs: Count }),
})

import * as t from 'io-ts'
import { Count, Name } from '#libs/kernel'
import { defineEvent } from './define'

export const WorkerLost = defineEvent({
  type: 'WorkerLost',
  topic: 'worker',
  owner: 'manager',
  nature: 'decision',
  summary: 'A worker was not heard of for so long that its instances are replaced.',
  data: t.type({ worker: Name, silentMs: Count }),
})

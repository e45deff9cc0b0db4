import * as t from 'io-ts'
import { Name } from '#libs/kernel'
import { defineEvent } from './define'

export const WorkerReturned = defineEvent({
  type: 'WorkerReturned',
  topic: 'worker',
  owner: 'manager',
  nature: 'decision',
  summary: 'A suspected or lost worker is heard of again.',
  data: t.type({ worker: Name }),
})

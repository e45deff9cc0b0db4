import * as t from 'io-ts'
import { Name } from '#libs/kernel'
import { defineEvent } from './define'

export const WorkerLeft = defineEvent({
  type: 'WorkerLeft',
  topic: 'worker',
  owner: 'worker',
  nature: 'fact',
  summary: 'A worker stopped in order; its containers go on and it is expected back.',
  data: t.type({ worker: Name }),
})

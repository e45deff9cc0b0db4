import * as t from 'io-ts'
import { Name } from '#libs/kernel'
import { DriverNameCodec } from '#libs/spec'
import { defineEvent } from './define'

export const WorkerDriverChanged = defineEvent({
  type: 'WorkerDriverChanged',
  topic: 'worker',
  owner: 'worker',
  nature: 'fact',
  summary:
    'The engine behind a driver does not answer its worker any more, so nothing new is placed there; or it does again.',
  data: t.type({ worker: Name, driver: DriverNameCodec, answers: t.boolean }),
})

import * as t from 'io-ts'
import { nullable } from '#libs/kernel'
import { ATTEMPT } from './attempt'
import { defineEvent } from './define'

export const TaskHealthChanged = defineEvent({
  type: 'TaskHealthChanged',
  topic: 'task',
  owner: 'worker',
  nature: 'fact',
  summary:
    'The running attempt has become healthy, or unhealthy: then its worker ends it, and its restart policy says what follows. `reason` is what the last probe found.',
  data: t.type({
    ...ATTEMPT,
    health: t.keyof({ healthy: null, unhealthy: null }),
    reason: nullable(t.string),
  }),
})

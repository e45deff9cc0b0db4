import * as t from 'io-ts'
import { Count } from '#libs/kernel'
import { defineEvent } from './define'

export const RebalanceEnded = defineEvent({
  type: 'RebalanceEnded',
  topic: 'control',
  owner: 'manager',
  nature: 'decision',
  summary:
    'Every move of the RebalanceRequested at `request` has begun or come to nothing, or its time is up: `left` are dropped.',
  data: t.type({ request: Count, left: Count }),
})

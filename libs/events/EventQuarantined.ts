import * as t from 'io-ts'
import { Count } from '#libs/kernel'
import { defineEvent } from './define'

export const EventQuarantined = defineEvent({
  type: 'EventQuarantined',
  topic: 'control',
  owner: 'manager',
  nature: 'decision',
  summary: 'An event could not be read; its aggregate takes no more decisions until it is dealt with.',
  data: t.type({ sequence: Count, subject: t.string, reason: t.string }),
})

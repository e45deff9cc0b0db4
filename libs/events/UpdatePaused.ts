import * as t from 'io-ts'
import { Count, Name, nullable } from '#libs/kernel'
import { defineEvent } from './define'

export const UpdatePaused = defineEvent({
  type: 'UpdatePaused',
  topic: 'job',
  owner: 'manager',
  nature: 'command',
  summary: 'A user asked for an update to go no further until it is resumed.',
  data: t.type({ job: Name, version: Count, reason: nullable(t.string) }),
})

import * as t from 'io-ts'
import { Count, Name } from '#libs/kernel'
import { defineEvent } from './define'

export const UpdatePromoted = defineEvent({
  type: 'UpdatePromoted',
  topic: 'job',
  owner: 'manager',
  nature: 'command',
  summary: 'A user found the canaries good: the other instances follow.',
  data: t.type({ job: Name, version: Count }),
})

import * as t from 'io-ts'
import { Count, Name } from '#libs/kernel'
import { defineEvent } from './define'

export const UpdateResumed = defineEvent({
  type: 'UpdateResumed',
  topic: 'job',
  owner: 'manager',
  nature: 'command',
  summary: 'A user asked for a paused update to go on.',
  data: t.type({ job: Name, version: Count }),
})

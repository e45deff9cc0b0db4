import * as t from 'io-ts'
import { Count, Name } from '#libs/kernel'
import { defineEvent } from './define'

export const UpdateFailed = defineEvent({
  type: 'UpdateFailed',
  topic: 'job',
  owner: 'manager',
  nature: 'decision',
  summary: 'The update goes no further: an instance failed, or was not healthy in time.',
  data: t.type({ job: Name, version: Count, reason: t.string }),
})

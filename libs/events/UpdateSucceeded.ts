import * as t from 'io-ts'
import { Count, Name } from '#libs/kernel'
import { defineEvent } from './define'

export const UpdateSucceeded = defineEvent({
  type: 'UpdateSucceeded',
  topic: 'job',
  owner: 'manager',
  nature: 'decision',
  summary: 'Every instance of the job runs its newest version and is healthy.',
  data: t.type({ job: Name, version: Count }),
})

import * as t from 'io-ts'
import { Count, Name } from '#libs/kernel'
import { defineEvent } from './define'

export const JobStopped = defineEvent({
  type: 'JobStopped',
  topic: 'job',
  owner: 'manager',
  nature: 'decision',
  summary: 'The last instance of a job that was to stop has ended.',
  data: t.type({ job: Name, version: Count }),
})

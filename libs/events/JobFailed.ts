import * as t from 'io-ts'
import { Count, Name } from '#libs/kernel'
import { defineEvent } from './define'

export const JobFailed = defineEvent({
  type: 'JobFailed',
  topic: 'job',
  owner: 'manager',
  nature: 'decision',
  summary: 'Every instance of a batch job has ended, at least one of them in failure.',
  data: t.type({ job: Name, version: Count, failed: Count }),
})

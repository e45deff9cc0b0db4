import * as t from 'io-ts'
import { Count, Name } from '#libs/kernel'
import { defineEvent } from './define'

export const JobCompleted = defineEvent({
  type: 'JobCompleted',
  topic: 'job',
  owner: 'manager',
  nature: 'decision',
  summary: 'Every instance of a batch job has succeeded.',
  data: t.type({ job: Name, version: Count }),
})

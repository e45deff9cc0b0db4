import * as t from 'io-ts'
import { Count, Name } from '#libs/kernel'
import { defineEvent } from './define'

export const JobPurged = defineEvent({
  type: 'JobPurged',
  topic: 'job',
  owner: 'manager',
  nature: 'decision',
  summary:
    'Nothing of a job that was to be purged is left: it is forgotten but for its history, and a submit of its name makes the next version.',
  data: t.type({ job: Name, version: Count }),
})

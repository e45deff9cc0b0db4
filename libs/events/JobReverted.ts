import * as t from 'io-ts'
import { Count, Name, nullable } from '#libs/kernel'
import { JobSpecCodec } from '#libs/spec'
import { defineEvent } from './define'

export const JobReverted = defineEvent({
  type: 'JobReverted',
  topic: 'job',
  owner: 'manager',
  nature: 'command',
  summary:
    'The job goes back to what an earlier version asked for, as its next version: because a user asked, or because an update failed.',
  data: t.type({ job: Name, version: Count, to: Count, reason: nullable(t.string), spec: JobSpecCodec }),
})

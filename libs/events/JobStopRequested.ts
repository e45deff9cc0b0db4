import * as t from 'io-ts'
import { Name, nullable } from '#libs/kernel'
import { defineEvent } from './define'

export const JobStopRequested = defineEvent({
  type: 'JobStopRequested',
  topic: 'job',
  owner: 'manager',
  nature: 'command',
  summary: 'A user asked for a job to stop; every instance of it is to end.',
  data: t.type({ job: Name, reason: nullable(t.string) }),
})

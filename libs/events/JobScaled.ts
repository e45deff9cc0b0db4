import * as t from 'io-ts'
import { Count, Name } from '#libs/kernel'
import { JobSpecCodec } from '#libs/spec'
import { defineEvent } from './define'

export const JobScaled = defineEvent({
  type: 'JobScaled',
  topic: 'job',
  owner: 'manager',
  nature: 'command',
  summary: 'A user asked for another number of instances of one task: a version of the job that replaces nothing.',
  data: t.type({ job: Name, version: Count, task: Name, replicas: Count, spec: JobSpecCodec }),
})

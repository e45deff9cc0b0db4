import * as t from 'io-ts'
import { Count, Name } from '#libs/kernel'
import { JobSpecCodec } from '#libs/spec'
import { defineEvent } from './define'

export const JobSubmitted = defineEvent({
  type: 'JobSubmitted',
  topic: 'job',
  owner: 'manager',
  nature: 'command',
  summary: 'A version of a job was accepted; its instances are derived from it, not written one by one.',
  data: t.type({ job: Name, version: Count, spec: JobSpecCodec }),
})

import * as t from 'io-ts'
import { Count, Name, nullable } from '#libs/kernel'
import { JobSpecCodec } from '#libs/spec'
import { defineEvent } from './define'

const first = t.type({ job: Name, version: Count, spec: JobSpecCodec })

/** Version 2 says why, where who submitted it did. */
export const JobSubmitted = defineEvent({
  type: 'JobSubmitted',
  version: 2,
  topic: 'job',
  owner: 'manager',
  nature: 'command',
  summary: 'A version of a job was accepted; its instances are derived from it, not written one by one.',
  data: t.type({ job: Name, version: Count, reason: nullable(t.string), spec: JobSpecCodec }),
  older: { 1: { data: first, upcast: (data: t.TypeOf<typeof first>) => ({ ...data, reason: null }) } },
})

import * as t from 'io-ts'
import { Count, Name, nullable } from '#libs/kernel'
import { JobSpecCodec } from '#libs/spec'
import { defineEvent } from './define'

const first = t.type({ job: Name, version: Count, task: Name, replicas: Count, spec: JobSpecCodec })

/** Version 2 says why, in the words of who asked. */
export const JobScaled = defineEvent({
  type: 'JobScaled',
  version: 2,
  topic: 'job',
  owner: 'manager',
  nature: 'command',
  summary: 'A user asked for another number of instances of one task: a version of the job that replaces nothing.',
  data: t.type({ ...first.props, reason: nullable(t.string) }),
  older: { 1: { data: first, upcast: (data: t.TypeOf<typeof first>) => ({ ...data, reason: null }) } },
})

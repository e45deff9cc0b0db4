import * as t from 'io-ts'
import { Name, nullable } from '#libs/kernel'
import { defineEvent } from './define'

const first = t.type({ job: Name, reason: nullable(t.string) })

/** Version 2 says whether the job is to be forgotten once it has stopped. */
export const JobStopRequested = defineEvent({
  type: 'JobStopRequested',
  version: 2,
  topic: 'job',
  owner: 'manager',
  nature: 'command',
  summary:
    'A user asked for a job to stop; every instance of it is to end. With `purge` also of one that has ended: it is forgotten once nothing of it is left.',
  data: t.type({ ...first.props, purge: t.boolean }),
  older: { 1: { data: first, upcast: (data: t.TypeOf<typeof first>) => ({ ...data, purge: false }) } },
})

import * as t from 'io-ts'
import { Count, Name } from '#libs/kernel'
import { defineEvent } from './define'

export const JobTargeted = defineEvent({
  type: 'JobTargeted',
  topic: 'job',
  owner: 'manager',
  nature: 'decision',
  summary:
    'A system job has, or no longer has, an instance of each of its tasks on these workers; a worker has the same index whenever it is among them.',
  data: t.type({ job: Name, version: Count, add: t.array(Name), remove: t.array(Name) }),
})

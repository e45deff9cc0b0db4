import * as t from 'io-ts'
import { Count, Name, nullable } from '#libs/kernel'
import { defineEvent } from './define'

export const JobRestartRequested = defineEvent({
  type: 'JobRestartRequested',
  topic: 'job',
  owner: 'manager',
  nature: 'command',
  summary:
    'A user asked for the containers of a job to be replaced by others of the same version, as an update would; of one task or one instance where these are named.',
  data: t.type({ job: Name, task: nullable(Name), index: nullable(Count), reason: nullable(t.string) }),
})

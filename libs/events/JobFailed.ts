import * as t from 'io-ts'
import { Count, Name, nullable } from '#libs/kernel'
import { defineEvent } from './define'

const first = t.type({ job: Name, version: Count, failed: Count })

/** Version 2 also says why, where what is left of the job ends because of it. */
export const JobFailed = defineEvent({
  type: 'JobFailed',
  version: 2,
  topic: 'job',
  owner: 'manager',
  nature: 'decision',
  summary:
    'A batch job has failed: each instance has ended, some of them (`failed`) in failure; or, for a `reason`, before that: then what is left of it is stopped.',
  data: t.type({ ...first.props, reason: nullable(t.string) }),
  older: { 1: { data: first, upcast: (data: t.TypeOf<typeof first>) => ({ ...data, reason: null }) } },
})

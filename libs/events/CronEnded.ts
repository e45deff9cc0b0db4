import * as t from 'io-ts'
import { Count, Name, nullable } from '#libs/kernel'
import { defineEvent } from './define'

export const CronEnded = defineEvent({
  type: 'CronEnded',
  topic: 'job',
  owner: 'manager',
  nature: 'decision',
  summary:
    'A run of a cron job has ended: each of its instances has, some of them (`failed`) not in success; or, for a `reason`, before that: then what is left of it is stopped.',
  data: t.type({ job: Name, run: t.string, failed: Count, reason: nullable(t.string) }),
})

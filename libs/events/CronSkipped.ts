import * as t from 'io-ts'
import { Count, Name } from '#libs/kernel'
import { defineEvent } from './define'

export const CronSkipped = defineEvent({
  type: 'CronSkipped',
  topic: 'job',
  owner: 'manager',
  nature: 'decision',
  summary:
    'No run of a cron job begins for the times of its schedule up to this one (`scheduledAt`, in milliseconds since 1970), for a `reason`.',
  data: t.type({ job: Name, version: Count, scheduledAt: Count, reason: t.string }),
})

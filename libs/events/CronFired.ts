import * as t from 'io-ts'
import { Count, Name, nullable } from '#libs/kernel'
import { defineEvent } from './define'

export const CronFired = defineEvent({
  type: 'CronFired',
  topic: 'job',
  owner: 'manager',
  nature: 'command',
  summary:
    'A run of a cron job begins: since its time has come (`scheduledAt`, in milliseconds since 1970; of several that were missed the last), or since a user asked (null). Its instances follow from its `slot`: with n replicas, those from slot × n on; `params` are in their environment.',
  data: t.type({
    job: Name,
    version: Count,
    run: t.string,
    slot: Count,
    scheduledAt: nullable(Count),
    params: t.record(t.string, t.string),
    reason: nullable(t.string),
  }),
})

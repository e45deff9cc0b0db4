import * as t from 'io-ts'
import { Count, Name } from '#libs/kernel'
import { defineEvent } from './define'

export const UpdateStarted = defineEvent({
  type: 'UpdateStarted',
  topic: 'job',
  owner: 'manager',
  nature: 'decision',
  summary: 'The instances of a job that run another template are being replaced, as its tasks ask for.',
  data: t.type({ job: Name, version: Count, replaces: Count }),
})

import * as t from 'io-ts'
import { Name } from '#libs/kernel'
import { defineEvent } from './define'

export const SchedulerRegistered = defineEvent({
  type: 'SchedulerRegistered',
  topic: 'control',
  owner: 'scheduler',
  nature: 'fact',
  summary: 'A scheduler joined.',
  data: t.type({ name: Name, version: t.string }),
})

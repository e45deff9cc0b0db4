import * as t from 'io-ts'
import { Count, Name } from '#libs/kernel'
import { defineEvent, RoleCodec } from './define'

export const LeaderElected = defineEvent({
  type: 'LeaderElected',
  topic: 'control',
  owner: 'candidate',
  nature: 'command',
  summary: 'A service took the lease of its role; decisions of an older epoch are ignored from here on.',
  data: t.type({ role: RoleCodec, holder: Name, epoch: Count }),
})

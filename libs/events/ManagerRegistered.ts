import * as t from 'io-ts'
import { Name } from '#libs/kernel'
import { defineEvent } from './define'

export const ManagerRegistered = defineEvent({
  type: 'ManagerRegistered',
  topic: 'control',
  owner: 'manager',
  nature: 'fact',
  summary: 'A manager joined.',
  data: t.type({ name: Name, version: t.string }),
})

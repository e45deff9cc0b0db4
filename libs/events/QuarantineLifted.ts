import * as t from 'io-ts'
import { Count, nullable } from '#libs/kernel'
import { defineEvent } from './define'

export const QuarantineLifted = defineEvent({
  type: 'QuarantineLifted',
  topic: 'control',
  owner: 'manager',
  nature: 'command',
  summary: 'An operator had an aggregate take decisions again, without what could not be read of it.',
  data: t.type({ subject: t.string, sequence: Count, through: Count, reason: nullable(t.string) }),
})

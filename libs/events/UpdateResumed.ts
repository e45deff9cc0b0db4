import * as t from 'io-ts'
import { Count, Name, nullable } from '#libs/kernel'
import { defineEvent } from './define'

const first = t.type({ job: Name, version: Count })

/** Version 2 says why. */
export const UpdateResumed = defineEvent({
  type: 'UpdateResumed',
  version: 2,
  topic: 'job',
  owner: 'manager',
  nature: 'command',
  summary: 'A user asked for a paused update to go on.',
  data: t.type({ ...first.props, reason: nullable(t.string) }),
  older: { 1: { data: first, upcast: (data: t.TypeOf<typeof first>) => ({ ...data, reason: null }) } },
})

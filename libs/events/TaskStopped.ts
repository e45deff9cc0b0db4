import * as t from 'io-ts'
import { Integer, nullable } from '#libs/kernel'
import { ATTEMPT } from './attempt'
import { defineEvent } from './define'

const first = t.type({
  ...ATTEMPT,
  exitCode: nullable(Integer),
  signal: nullable(t.string),
})

/** Version 2 says why a worker stopped it of its own accord; null where it was asked to. */
export const TaskStopped = defineEvent({
  type: 'TaskStopped',
  version: 2,
  topic: 'task',
  owner: 'worker',
  nature: 'fact',
  summary: 'The attempt ended because it was asked to, or as its job has it when its worker is cut off.',
  data: t.type({ ...first.props, reason: nullable(t.string) }),
  older: { 1: { data: first, upcast: (data: t.TypeOf<typeof first>) => ({ ...data, reason: null }) } },
})

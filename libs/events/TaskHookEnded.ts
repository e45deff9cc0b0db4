import * as t from 'io-ts'
import { Integer, Name, nullable } from '#libs/kernel'
import { ATTEMPT } from './attempt'
import { defineEvent, HookStageCodec } from './define'

export const TaskHookEnded = defineEvent({
  type: 'TaskHookEnded',
  topic: 'task',
  owner: 'worker',
  nature: 'fact',
  summary: 'A hook of the attempt has ended, or could not be run; `reason` says what is wrong, null where all is well.',
  data: t.type({
    ...ATTEMPT,
    hook: Name,
    stage: HookStageCodec,
    exitCode: nullable(Integer),
    reason: nullable(t.string),
  }),
})
